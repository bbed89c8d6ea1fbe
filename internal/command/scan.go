package command

import (
	"strconv"
	"strings"
	"unicode"
)

// scanner walks over the folded form of one line.
type scanner struct {
	written
	prefix string // of request numbers, folded
	at     int
}

func (s *scanner) peek() rune {
	if s.at < len(s.fold) {
		return s.fold[s.at]
	}
	return 0
}

func (s *scanner) spaces() {
	for s.peek() == ' ' {
		s.at++
	}
}

func (s *scanner) rest() written { return s.slice(s.at, s.len()).trim() }

// accept goes on past any one of these characters and the spaces after it.
func (s *scanner) accept(chars string) bool {
	if r := s.peek(); r != 0 && strings.ContainsRune(chars, r) {
		s.at++
		s.spaces()
		return true
	}
	return false
}

// acceptWord goes on past a whole word and the spaces after it.
func (s *scanner) acceptWord(word string) bool {
	n := len([]rune(word))
	if s.at+n > s.len() || string(s.fold[s.at:s.at+n]) != word || (s.at+n < s.len() && wordRune(s.fold[s.at+n])) {
		return false
	}
	s.at += n
	s.spaces()
	return true
}

// word reads a run of letters.
func (s *scanner) word() string {
	from := s.at
	for s.at < s.len() && unicode.IsLetter(s.fold[s.at]) {
		s.at++
	}
	return string(s.fold[from:s.at])
}

func digit(r rune) bool { return '0' <= r && r <= '9' }
func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || invisible(r)
}

// numbers is one or more numbers joined by dashes or dots: "12", "1-3", "1 . 3", "2026-03-02".
type numbers struct {
	values   []int64 // at most three are kept
	count    int
	digits   int  // of the longest
	dot      bool // joined by a dot somewhere
	dangling bool // a dash follows with nothing behind it: "1-"
	prefixed bool // "SR-" stood in front
}

// code tells whether the numbers have the shape of a chart code.
func (n numbers) code() bool { return n.count == 2 && n.digits <= 2 && !n.dangling }

// numbers reads a group of numbers, with the prefix of a request or without. Nothing is read, and ok is false, if none
// stands here, or if letters or other signs are glued to it ("30m", "12:30").
func (s *scanner) numbers() (n numbers, ok bool) {
	from := s.at
	bracket := s.accept("[")
	n.prefixed = s.requestPrefix()
	if !digit(s.peek()) || bracket && !n.prefixed {
		s.at = from
		return numbers{}, false
	}
	s.oneNumber(&n)
	for s.joined(&n) {
		s.oneNumber(&n)
	}
	if bracket {
		if s.peek() != ']' {
			s.at = from
			return numbers{}, false
		}
		s.at++
	}
	if s.glued(n.prefixed) {
		s.at = from
		return numbers{}, false
	}
	return n, true
}

// glued tells whether something is stuck to the digits that makes them no number: a letter, a unit, the second half of
// a time of day. A colon behind the number of a request separates it from its command.
func (s *scanner) glued(prefixed bool) bool {
	r := s.peek()
	if r == ':' {
		return !prefixed && s.at+1 < s.len() && digit(s.fold[s.at+1])
	}
	return wordRune(r) || r != 0 && strings.ContainsRune("/%$€£'\"@", r)
}

// requestPrefix goes on past "SR-", "SR " or "SR" in front of a digit.
func (s *scanner) requestPrefix() bool {
	from, n := s.at, len([]rune(s.prefix))
	if n == 0 || from+n > s.len() || string(s.fold[from:from+n]) != s.prefix {
		return false
	}
	s.at += n
	s.spaces()
	s.accept("-.")
	if !digit(s.peek()) {
		s.at = from
		return false
	}
	return true
}

func (s *scanner) oneNumber(n *numbers) {
	from := s.at
	for digit(s.peek()) {
		s.at++
	}
	n.count++
	n.digits = max(n.digits, s.at-from)
	if len(n.values) < 3 {
		v, err := strconv.ParseInt(string(s.fold[from:s.at]), 10, 64)
		if err != nil {
			v = -1
		}
		n.values = append(n.values, v)
	}
}

// joined goes on past a dash or dot to the next number of the group.
func (s *scanner) joined(n *numbers) bool {
	from := s.at
	s.spaces()
	sign := s.peek()
	if sign != '-' && sign != '.' {
		s.at = from
		return false
	}
	attached := s.at == from
	s.at++
	once := s.peek() != sign
	for s.peek() == sign { // 1--3, and 15..18
		s.at++
	}
	after := s.at
	s.spaces()
	if n.prefixed {
		s.requestPrefix()
	}
	if digit(s.peek()) {
		n.dot = n.dot || sign == '.' && once
		return true
	}
	s.at = from
	if sign == '-' && attached && (after == s.len() || s.fold[after] == ' ' || strings.ContainsRune("?!", s.fold[after])) {
		s.at, n.dangling = after, true
	}
	return false
}
