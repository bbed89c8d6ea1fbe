package suggest

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math"
)

// Digest returns a hash of everything that the model has learned. Two models that were told the same in the same order
// have the same digest, on one kind of processor; that is how a check proves a model rebuilt from history.
func (m *Model) Digest() [sha256.Size]byte {
	m.mu.RLock()
	defer m.mu.RUnlock()
	d := digester{sha256.New()}
	d.learner(m.engine.learner)
	return [sha256.Size]byte(d.Sum(nil))
}

type digester struct{ hash.Hash }

func (d digester) number(n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	d.Write(b[:])
}

func (d digester) text(s string) {
	d.number(uint64(len(s)))
	d.Write([]byte(s))
}

func (d digester) floats(x []float64) {
	d.number(uint64(len(x)))
	for _, v := range x {
		d.number(math.Float64bits(v))
	}
}

func (d digester) small(x []float32) {
	d.number(uint64(len(x)))
	b := make([]byte, 0, 4<<10)
	for _, v := range x {
		if len(b)+4 > cap(b) {
			d.Write(b)
			b = b[:0]
		}
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	d.Write(b)
}

func (d digester) learner(l *learner) {
	for k, s := range l.labels {
		d.text(s)
		d.number(uint64(l.count[k]))
	}
	d.floats(l.blend.weight[:])
	d.floats(l.blend.past[:])
	d.floats(l.blend.bias)
	d.floats(l.blend.biased)
	d.floats(l.sure.tried[:])
	d.floats(l.sure.right[:])
	d.number(l.random)
	d.number(uint64(l.lessons))
	for i := range l.kept {
		d.kept(&l.kept[i])
	}
	for _, i := range l.oldest {
		d.number(uint64(i))
	}
	for _, i := range l.free {
		d.number(uint64(i))
	}
	for i := range l.linear.rows {
		d.number(uint64(l.linear.rows[i].df))
	}
	for _, block := range l.linear.weights {
		d.small(block)
	}
}

func (d digester) kept(e *kept) {
	d.text(e.id)
	d.number(uint64(e.label))
	for _, f := range e.features {
		d.number(uint64(f))
	}
	d.small(e.duals)
}
