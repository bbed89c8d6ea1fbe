package suggest

// MaxText is how many bytes of a mail's subject and of its text are looked at, each.
const MaxText = 8 << 10

// Mail is what is known of a request when a code is suggested for it. Every field may be empty.
type Mail struct {
	Subject     string
	Text        string   // what the author newly wrote
	Requester   string   // address
	Title       string   // from the directory: "Teacher"
	Campus      string   // from the directory, or the team's
	Team        string   // the team that owns the campus
	Attachments []string // names of files
	Testing     bool     // a configured testing window is open at the campus
}
