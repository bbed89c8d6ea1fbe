package command

import "strings"

// politeness may follow a command.
var politeness = []string{"please", "pls", "thanks", "thank you", "thx", "por favor", "gracias"}

// core is a line's end without full stops, marks and politeness.
func core(w written) written {
	w, _, _ = marks(w)
	return w
}

func onlyMarks(w written) bool { return core(w).len() == 0 }

// marks takes "?" and "!" off the end of a command, and full stops and politeness with them.
func marks(w written) (left written, dry, insist bool) {
	w = impolite(w)
	for w.len() > 0 {
		switch w.last() {
		case '?':
			dry = true
		case '!':
			insist = true
		case '.', ',', ';', ' ':
		default:
			return w, dry, insist
		}
		w = w.slice(0, w.len()-1)
	}
	return w, dry, insist
}

// impolite takes "please" and "thanks" off the end, with their own full stop or exclamation mark.
func impolite(w written) written {
	for range 3 {
		s := w
		for s.len() > 0 && strings.ContainsRune(".,;!? ", s.last()) {
			s = s.slice(0, s.len()-1)
		}
		cut := false
		for _, p := range politeness {
			n := len(p)
			if s.len() >= n && string(s.fold[s.len()-n:]) == p && (s.len() == n || !wordRune(s.fold[s.len()-n-1])) {
				w, cut = s.slice(0, s.len()-n).trim(), true
				break
			}
		}
		if !cut {
			break
		}
	}
	return w
}
