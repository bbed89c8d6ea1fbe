// Package school is a small school for the demo: its people, its configuration, and the mails that its people write on
// one Monday morning.
//
// It guarantees mails in the form in which real mail programs send them, and nothing staged: it holds only what people
// write. What becomes of it is the bot's doing. A mail that answers the bot is made from the bot's own mail, whatever
// that says.
//
// It knows people, their mail programs and the chart's codes. It must not know servers, the store or the bot.
package school

import (
	"bytes"
	_ "embed"
	"strings"
	"text/template"
	"time"

	"triaged/internal/config"
)

// A Person writes and gets mails.
type Person struct {
	Name    string
	Address string
	Title   string
	Campus  string
}

// Domain is what stands behind the @ of the address.
func (p Person) Domain() string { return p.Address[strings.LastIndexByte(p.Address, '@')+1:] }

// Host is the server that mails of this person come from.
func (p Person) Host() string { return "mail." + p.Domain() }

// Sorted is the name as directories of Exchange have it: "Tran, Kim".
func (p Person) Sorted() string {
	if i := strings.LastIndexByte(p.Name, ' '); i > 0 {
		return p.Name[i+1:] + ", " + p.Name[:i]
	}
	return p.Name
}

// The people who write to the desk.
var (
	Dana    = Person{"Dana Whitfield", "dana.whitfield@school.example", "Teacher", "Lincoln Elementary"}
	Marcus  = Person{"Marcus Bell", "marcus.bell@school.example", "Teacher", "Roosevelt High"}
	Marisol = Person{"Marisol Fuentes", "marisol.fuentes@school.example", "Receptionist", "Jefferson Middle"}
	Walter  = Person{"Walter Hughes", "walter.hughes@school.example", "Principal", "Jefferson Middle"}
	Grace   = Person{"Grace Okonkwo", "grace.okonkwo@school.example", "Counselor", "Jefferson Middle"}
	Joan    = Person{"Joan Petersen", "joan.petersen@school.example", "Administrative Assistant", "Lincoln Elementary"}
	Nora    = Person{"Nora Castellanos", "nora.castellanos@school.example", "Librarian", "Roosevelt High"}
	Tomas   = Person{"Tomás Aldana", "tomas.aldana@school.example", "Coach", "Roosevelt High"}
	Toby    = Person{"Toby Osei", "toby.osei@mail.example", "", ""}
)

// The people who work on requests.
var (
	Kim      = Person{"Kim Tran", "kim.tran@school.example", "Campus Technician", ""}
	Lee      = Person{"Lee Okafor", "lee.okafor@school.example", "Analyst", ""}
	Priya    = Person{"Priya Nair", "priya.nair@school.example", "Analyst", ""}
	Ruth     = Person{"Ruth Salazar", "ruth.salazar@school.example", "Supervisor", ""}
	Operator = Person{"Sam Lindqvist", "sam.lindqvist@school.example", "Systems Administrator", ""}
)

// Senders that are no people of the school.
var (
	newsletter = Person{Name: "Classroom Tech Weekly", Address: "hello@news.classroomtech.example"}
	postmaster = Person{Name: "Mail Delivery System", Address: "MAILER-DAEMON@mx.school.example"}
)

// DeskName and DeskAddress are the bot's.
const (
	DeskName    = "Customer Care Center"
	DeskAddress = "support@school.example"
)

// People lists those of the school, requesters first: who has a mailbox to look at.
func People() []Person {
	return []Person{Dana, Marcus, Marisol, Walter, Grace, Joan, Nora, Tomas, Toby, Kim, Lee, Priya, Ruth, Operator}
}

// Directory is the file of people, in the form of desk.directory: address,name,campus,title.
func Directory() []byte {
	var b bytes.Buffer
	b.WriteString("address,name,campus,title\n")
	for _, p := range People() {
		if p.Domain() == "school.example" {
			b.WriteString(p.Address + "," + p.Name + "," + p.Campus + "," + p.Title + "\n")
		}
	}
	return b.Bytes()
}

// Zone is the school's time zone.
func Zone() *time.Location {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		panic("school: " + err.Error()) // package config brings the time zones along
	}
	return zone
}

// Start is when the story begins: on a Monday at half past seven in the morning.
func Start() time.Time { return time.Date(2026, time.October, 5, 7, 30, 0, 0, Zone()) }

// Servers is what of the configuration depends on where the demo runs.
type Servers struct {
	IMAP, SMTP         string          // addresses with ports
	Security           config.Security // of both
	CAFile             string          // "" for none
	Username, Password string          // of both
	DataDir            string
	Directory          string // the file that Directory was written to; "" for none
}

//go:embed school.toml
var configuration string

var configurationTemplate = template.Must(template.New("school.toml").Option("missingkey=error").Parse(configuration))

// Configuration is the text of the school's config.toml, as an operator would have written it.
func Configuration(s Servers) []byte {
	var b bytes.Buffer
	if err := configurationTemplate.Execute(&b, s); err != nil {
		panic("school: " + err.Error()) // the template is part of the program, and tested with it
	}
	return b.Bytes()
}
