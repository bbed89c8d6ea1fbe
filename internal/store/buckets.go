package store

import bolt "go.etcd.io/bbolt"

// bucketName names a bucket. Keys are big-endian, so that their order is the order of numbers and times; every value,
// also an index entry's empty one, is sealed (see seal).
type bucketName string

// The buckets, and what they hold.
const (
	bucketMeta   bucketName = "meta"     // name -> value: schema, instance, policy, secret, keys
	bucketLedger bucketName = "ledger"   // ledger number -> Row
	bucketEvents bucketName = "events"   // request number, event number -> Event
	bucketSnaps  bucketName = "requests" // request number -> Request, the fold of its events
	bucketTexts  bucketName = "texts"    // TextRef -> text; an empty one was forgotten
	bucketDesk   bucketName = "desk"     // sequence -> DeskEvent
	bucketOutbox bucketName = "outbox"   // outbox number -> Entry
	bucketThread bucketName = "threads"  // hash of Message-ID -> request number
	bucketLinks  bucketName = "links"    // nonce of a one-tap link that is used up -> nothing
	bucketLooks  bucketName = "folders"  // mailbox 0 folder -> time of the first look

	// Indexes. Each entry follows from one record of the buckets above.
	bucketByUID     bucketName = "by-uid"     // mailbox 0 folder 0 UIDVALIDITY UID -> ledger number
	bucketCopies    bucketName = "copies"     // hash of Message-ID or content, fingerprint, ledger number -> nothing
	bucketByOutcome bucketName = "by-outcome" // outcome 0 ledger number -> nothing
	bucketMails     bucketName = "mails"      // request number, 0 in 1 out, ledger or outbox number -> time, if caps count it
	bucketQueue     bucketName = "queue"      // class, due, request number of active requests -> nothing
	bucketNew       bucketName = "new"        // submission, request number of uncategorized requests -> nothing
	bucketDue       bucketName = "due"        // time, request number, what -> nothing
	bucketByKind    bucketName = "desk-kinds" // type 0 sequence of a desk event -> nothing
	bucketToSend    bucketName = "to-send"    // urgency, next attempt, outbox number of pending entries -> nothing
	bucketHeldDead  bucketName = "held-dead"  // state 0 outbox number of held and dead entries -> nothing
	bucketBySentID  bucketName = "by-sent-id" // hash of Message-ID -> outbox number, request number
	bucketRates     bucketName = "rates"      // hash of recipient, time, outbox number of entries that caps count -> nothing
)

// records hold what happened; indexes hold where to find it, and can be made anew.
var (
	records = []bucketName{
		bucketMeta, bucketLedger, bucketEvents, bucketSnaps, bucketTexts, bucketDesk, bucketOutbox, bucketThread, bucketLinks,
		bucketLooks,
	}
	indexes = []bucketName{
		bucketByUID, bucketCopies, bucketByOutcome, bucketMails, bucketQueue, bucketNew, bucketDue, bucketByKind, bucketToSend,
		bucketHeldDead, bucketBySentID, bucketRates,
	}
)

// growing are the buckets whose new keys come last: their pages are filled up instead of split in the middle, which
// halves what they take on disk.
var growing = map[bucketName]bool{
	bucketLedger: true, bucketDesk: true, bucketOutbox: true, bucketByUID: true, bucketMails: true, bucketByKind: true,
	bucketNew: true, bucketEvents: true, bucketSnaps: true,
}

const filled = 0.9

// bucket opens a bucket, once a transaction.
func (tx *Tx) bucket(name bucketName) *bolt.Bucket {
	if b := tx.opened[name]; b != nil {
		return b
	}
	b := tx.bolt.Bucket([]byte(name))
	if b != nil {
		if growing[name] {
			b.FillPercent = filled
		}
		tx.opened[name] = b
	}
	return b
}
