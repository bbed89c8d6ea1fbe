package worktime

import (
	"testing"
	"time"
)

// asked returns a calendar whose tables are made, and moments spread over ten years.
func asked(b *testing.B) (*Calendar, []time.Time) {
	c := compile(b, "America/Chicago", school())
	var moments []time.Time
	for m := at(b, c, "2022-01-01 00:17"); m.Year() < 2032; m = m.Add(12347 * time.Minute) {
		moments = append(moments, m)
		c.IsOpen(m)
	}
	return c, moments
}

func BenchmarkAdd(b *testing.B) {
	c, moments := asked(b)
	i := 0
	for b.Loop() {
		i++
		c.Add(moments[i%len(moments)], 30*time.Hour)
	}
}

func BenchmarkBetween(b *testing.B) {
	c, moments := asked(b)
	i := 0
	for b.Loop() {
		i++
		m := moments[i%len(moments)]
		c.Between(m, m.Add(200*time.Hour))
	}
}

func BenchmarkBetweenTenYears(b *testing.B) {
	c, moments := asked(b)
	for b.Loop() {
		c.Between(moments[0], moments[len(moments)-1])
	}
}

func BenchmarkNextOpen(b *testing.B) {
	c, moments := asked(b)
	i := 0
	for b.Loop() {
		i++
		c.NextOpen(moments[i%len(moments)])
	}
}

func BenchmarkNextReview(b *testing.B) {
	c, moments := asked(b)
	r := reviews(b, c, OddHours(), "07:00-17:00")
	i := 0
	for b.Loop() {
		i++
		r.Next(moments[i%len(moments)])
	}
}

func BenchmarkExplainTwentyDays(b *testing.B) {
	c, moments := asked(b)
	i := 0
	for b.Loop() {
		i++
		m := moments[i%len(moments)]
		c.Explain(m, c.Add(m, 200*time.Hour))
	}
}

// BenchmarkCompile includes the tables of the years that a question of this year needs.
func BenchmarkCompile(b *testing.B) {
	spec, chicago := school(), zone(b, "America/Chicago")
	for b.Loop() {
		c, err := Compile("calendar", chicago, spec)
		if err != nil {
			b.Fatal(err)
		}
		c.Add(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), time.Hour)
	}
}

func BenchmarkExplainACentury(b *testing.B) {
	c, _ := asked(b)
	for b.Loop() {
		c.Explain(Start, End)
	}
}
