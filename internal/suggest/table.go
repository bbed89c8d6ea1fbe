package suggest

// table numbers features from 0 in the order in which they are first seen: an open-addressed hash table that grows with
// its contents. A full one gives a new feature the number of an old one, which is what hashing features always does.
type table struct {
	slots []slot
	n     int
	limit int
}

type slot struct{ hash, row uint32 }

const firstSlots = 1 << 10

func newTable(limit int) table { return table{slots: make([]slot, firstSlots), limit: limit} }

// find returns a feature's number, and whether it has one.
func (t *table) find(hash uint32) (uint32, bool) {
	mask := uint32(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		switch t.slots[i].hash {
		case hash:
			return t.slots[i].row, true
		case 0:
			if t.n >= t.limit {
				return hash % uint32(t.limit), true
			}
			return 0, false
		}
	}
}

// number returns a feature's number, giving it the next one if it is new.
func (t *table) number(hash uint32) uint32 {
	if row, ok := t.find(hash); ok {
		return row
	}
	if 4*(t.n+1) > 3*len(t.slots) {
		t.grow()
	}
	t.put(slot{hash: hash, row: uint32(t.n)})
	t.n++
	return uint32(t.n - 1)
}

func (t *table) put(s slot) {
	mask := uint32(len(t.slots) - 1)
	i := s.hash & mask
	for t.slots[i].hash != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = s
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]slot, 2*len(old))
	for _, s := range old {
		if s.hash != 0 {
			t.put(s)
		}
	}
}
