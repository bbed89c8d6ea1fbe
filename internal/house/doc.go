// Package house holds the rules of the house: which room may import which, and what a pure room must do without. It is
// nothing but tests.
package house
