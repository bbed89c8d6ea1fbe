package bot_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/inprocess"
	"triaged/internal/memnet"
)

// soakHours is how many hours TestSoak simulates unless the environment variable TRIAGED_SOAK says another number.
const soakHours = 2

// TestSoak lets every connection, to the mailbox and to the SMTP server, break in one way after the other for hours, with
// a short calm at the end of each in which what the process holds is counted: goroutines, descriptors and memory do not
// grow, and every mail became one request.
func TestSoak(t *testing.T) {
	hours := soakHours
	if n, err := strconv.Atoi(os.Getenv("TRIAGED_SOAK")); err == nil {
		hours = n
	}
	synctest.Test(t, func(t *testing.T) { soak(t, hours) })
}

// holdings is what a process holds on to.
type holdings struct {
	goroutines, descriptors int
	heap                    int64 // bytes
}

func hold(t *testing.T) holdings {
	runtime.GC()
	runtime.GC() // what finalizers of the first have freed
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil && runtime.GOOS == "linux" {
		t.Fatal(err)
	}
	return holdings{runtime.NumGoroutine(), len(open), int64(m.HeapAlloc)}
}

func soak(t *testing.T, hours int) {
	random := rand.New(rand.NewPCG(24, 7))
	var ill atomic.Bool
	var broken, nth atomic.Int64
	s := openSchool(t, inprocess.SMTPOptions{}, uncapped)
	defer s.close()
	s.stop()
	kinds := []memnet.Kind{memnet.Stall, memnet.Truncate, memnet.Reset, memnet.Refuse}
	s.rim.Dial = memnet.Faulty(s.network.Dial, func(int) memnet.Fault {
		if !ill.Load() {
			return memnet.Fault{}
		}
		broken.Add(1)
		n := nth.Add(1)
		return memnet.Fault{Kind: kinds[n%4], After: 50 + n*7919%2500, Sent: n%3 == 0}
	})
	s.start()
	mails := 0
	var first, last holdings
	for hour := range hours {
		ill.Store(true)
		for range 6 {
			s.arrives(fmt.Sprintf("p%d@school.example", mails), fmt.Sprintf("Trouble %d", mails), fmt.Sprintf("Room %d is dark.", mails))
			mails++
			time.Sleep(time.Duration(300+random.IntN(240)) * time.Second)
		}
		ill.Store(false)
		time.Sleep(20 * time.Minute) // whatever still waits for a broken connection has given it up
		synctest.Wait()
		last = hold(t)
		if hour == 0 {
			first = last
		}
		t.Logf("hour %d: %d connections broken, %d goroutines, %d descriptors, heap %d KB", hour+1, broken.Load(), last.goroutines, last.descriptors, last.heap>>10)
	}
	if last.goroutines > first.goroutines+2 || last.descriptors > first.descriptors+2 {
		t.Errorf("%d goroutines and %d descriptors after an hour, %d and %d at the end",
			first.goroutines, first.descriptors, last.goroutines, last.descriptors)
	}
	// The servers of the test keep every mail, of some KB each, and the bot's memory may breathe.
	if grown, most := last.heap-first.heap, int64(4<<20+mails*64<<10); grown > most {
		t.Errorf("the heap grew by %d KB, and %d mails explain at most %d", grown>>10, mails, most>>10)
	}
	if int(broken.Load()) < 6*hours {
		t.Errorf("only %d connections were broken in %d hours", broken.Load(), hours)
	}
	time.Sleep(6 * time.Hour) // the longest waits are hours
	synctest.Wait()
	if n := len(s.rows("all")); n != mails {
		t.Errorf("%d requests of %d mails", n, mails)
	}
	told := map[string]int{}
	for _, m := range s.sent() {
		if m.kind == "acknowledgement" {
			told[m.to]++
		}
	}
	if len(told) != mails {
		t.Errorf("%d people were acknowledged of %d", len(told), mails)
	}
}
