// Package worktime counts working time: which moments a desk works, how much of a span it worked, and when a given amount
// of work will have been done.
//
// A Calendar is compiled from the words of the configuration (Spec) and a time zone, and never changes: any number of
// goroutines may ask one. A calendar that could not be kept is refused when it is compiled, with the key and the value at
// fault, so that no question can loop. Every question is answered from tables of a year each, made when first needed, in
// a binary search; the work of any question is bounded by the hundred years between Start and End.
//
// # What is counted
//
// A moment is worked if a clock on the desk's wall shows a time within the hours of that date. What is counted is the time
// that really passes. So on a date on which the clocks go forward during the hours, an hour less is worked; on one on which
// they go back, an hour more; a date that a zone leaves out is not worked at all; and if the clocks go back across closing
// time, the desk is open again while the wall shows its hours again. Hours within 07:00–17:00 never meet any of this.
//
// The package knows no requests, no targets and no people, and calls no clock: whoever asks says when. It loads no time
// zone: whoever compiles a calendar brings it.
package worktime
