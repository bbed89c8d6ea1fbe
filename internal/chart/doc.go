// Package chart is the procedure's categorization chart as data: categories, priorities, targets and rules.
//
// The chart of SOP TS-PE-004 is built in (default.toml, returned by Default); a district edits a copy, which Parse reads
// strictly: an unknown key, a code given twice or a rule that cannot be kept is an error that names the line or the code.
// A Chart never changes after Parse, so any number of goroutines may read one.
//
// The package knows what the procedure says of each code. It does not know requests, calendars, people or mail: what a
// rule means for one request at one moment is decided by the packages that read it.
package chart
