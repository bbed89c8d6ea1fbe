// Package chart is the procedure's categorization chart as data: categories, priorities, targets and rules.
package chart
