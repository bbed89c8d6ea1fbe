package worktime

import "time"

func every(month time.Month, day int) yearly {
	return yearly{monthDay{month, day}, monthDay{month, day}}
}

// usFederal are the legal public holidays of the United States (5 U.S.C. 6103(a)), on the days they are observed. They are
// written down here, rather than taken from a holiday library, because the one at hand computes them in the machine's own
// time zone; the tests compare the two.
var usFederal = []namedRule{
	{"New Year's Day", observed{every(time.January, 1)}},
	{"Martin Luther King Jr. Day", nth{3, time.Monday, time.January}},
	{"Presidents' Day", nth{3, time.Monday, time.February}},
	{"Memorial Day", nth{0, time.Monday, time.May}},
	{"Juneteenth", observed{every(time.June, 19)}},
	{"Independence Day", observed{every(time.July, 4)}},
	{"Labor Day", nth{1, time.Monday, time.September}},
	{"Columbus Day", nth{2, time.Monday, time.October}},
	{"Veterans Day", observed{every(time.November, 11)}},
	{"Thanksgiving Day", nth{4, time.Thursday, time.November}},
	{"Christmas Day", observed{every(time.December, 25)}},
}

// holidays are the days known by name.
var holidays = append([]namedRule{
	{"Good Friday", easter{-2}},
	{"Easter Monday", easter{1}},
}, usFederal...)
