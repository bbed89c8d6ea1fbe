package config

import (
	"time"

	"triaged/internal/chart"
	"triaged/internal/suggest"
	"triaged/internal/worktime"
)

// Config is everything that a desk decides about its bot. The comments of this file are those of config.example.toml.
// Times without a zone are in the desk's time zone; files are named relative to the configuration file's folder.
type Config struct {
	// The service desk and its bot.
	Desk Desk `toml:"desk"`

	// A folder that is watched for mail: one or more. Each is a table of its own, [[mailbox]].
	Mailboxes []Mailbox `toml:"mailbox"`

	// The server that takes the bot's mail.
	SMTP SMTP `toml:"smtp"`

	// Working time: targets in days are counted in it.
	Calendar Calendar `toml:"calendar"`

	// When students are tested online, a [[testing]] table for each window. A mail that says that testing is held up alerts
	// the analysts sooner while one is open.
	Testing []Testing `toml:"testing"`

	// When people are reminded.
	Reminders Reminders `toml:"reminders"`

	// The analysts' review of the uncategorized queue.
	Review Review `toml:"review"`

	// Who is told besides the people of a request.
	Notify Notify `toml:"notify"`

	// What the bot sends automatically, at most. What a limit held back is on record (`triaged outbox`) and goes out as soon
	// as the limit allows it.
	Limits Limits `toml:"limits"`

	// How long is kept what people wrote. "0s" keeps it for ever. What has to do with an open request stays, and what is
	// under a legal hold (`triaged legal-hold`). Backups keep what was in them.
	Retention Retention `toml:"retention"`

	// How the bot watches itself. Trouble is told to notify.operator.
	Watch Watch `toml:"watch"`

	// Figures for a monitoring system.
	Metrics Metrics `toml:"metrics"`

	// The people who work on requests, a [[staff]] table each, or a line each of desk.staff_file.
	Staff []Staff `toml:"staff"`

	// Teams that requests are routed to, a [[team]] table each.
	Teams []Team `toml:"team"`

	// Automatic senders that may open requests, a [[source]] table each. Other automatic mail is recorded only.
	Sources []Source `toml:"source"`

	// Warnings are what deserves a second look but does not stop the bot.
	Warnings []Problem `toml:"-"`

	origin origin

	location *time.Location
	chart    *chart.Chart
	lexicon  *suggest.Lexicon
	outages  *suggest.Outages
	windows  []worktime.Days // by position in Testing
	calendar *worktime.Calendar
	staffed  *worktime.Calendar
	reviews  *worktime.Reviews
}

// Location is the desk's time zone.
func (c *Config) Location() *time.Location { return c.location }

// Chart is the chart that this desk categorizes by: the built-in one or, after Load, the district's own.
func (c *Config) Chart() *chart.Chart { return c.chart }

// Lexicon is what is known of this desk's words before anybody has categorized anything: the built-in one or, after Load,
// that with the district's own additions.
func (c *Config) Lexicon() *suggest.Lexicon { return c.lexicon }

// Outages is by which words mails are known to report one outage: the built-in ones or, after Load, those with the
// district's own additions.
func (c *Config) Outages() *suggest.Outages { return c.outages }

// Desk is the service desk and its bot.
type Desk struct {
	// The desk's name, as people read it in the bot's mails.
	Name string `toml:"name"`

	// The bot's own address: its mails come from here, and answers go here.
	Address string `toml:"address"`

	// Requests are numbered with it: SR-1, SR-2, …
	Prefix string `toml:"prefix"`

	// The time zone that people read times in, by its IANA name.
	Timezone string `toml:"timezone"`

	// Where the bot keeps its state: requests, ledger, outbox and raw mails.
	DataDir string `toml:"data_dir"`

	// Whose commands run: "token-or-dmarc" asks for proof of the sender; "from" believes any From, for closed
	// networks only.
	Authority Authority `toml:"authority"`

	// Whose verdict on a sender is believed: "authserv" (the topmost Authentication-Results under authserv_id),
	// "google" or "microsoft365". A mailbox may have its own.
	AuthPreset AuthPreset `toml:"auth_preset"`

	// Whose Authentication-Results headers are believed (authserv): the name your own mail server signs them with.
	AuthservID string `toml:"authserv_id"`

	// Languages of the bot's mails: a person is answered in theirs if it is one of these, else in the first. "en" and "es"
	// are built in.
	Languages []string `toml:"languages"`

	// Lists and groups that stand in front of the desk: mail through them is not taken for list mail.
	Aliases []string `toml:"aliases"`

	// Domains that may open requests. Empty: any.
	Eligible []string `toml:"eligible"`

	// A file of the people who write to the desk, CSV with the columns address,name,campus,title. It is read again when it
	// changes.
	Directory string `toml:"directory"`

	// A file of the people who work on requests, CSV with the columns address,name,role,teams (several teams with ";"
	// between them), instead of or beside the [[staff]] tables. It is read again when it changes.
	StaffFile string `toml:"staff_file,optional" example:"staff.csv"`

	// A folder with templates of the desk's own, in place of built-in ones of the same names (see triaged help templates).
	// They are checked when they are read, and read again when they change.
	Templates string `toml:"templates,optional" example:"templates"`

	// Whether people here write 2/3 for the second of March. Dates such as 2026-03-02 are understood anyway.
	DayFirst bool `toml:"day_first"`

	// An answer within this time reopens a resolved request; later it opens a new one. "0s": at any time.
	ReopenWithin Duration `toml:"reopen_within"`

	// Where a plain answer of the staff goes, one without a command: "note" keeps it inside the desk, "requester" sends it
	// to who made the request. The receipt says which. The words reply and note, as commands, choose for one mail.
	PlainAnswers PlainAnswers `toml:"plain_answers"`

	// A district's own categorization chart. Without it the built-in chart of the procedure holds. It is read again when it
	// changes.
	Chart string `toml:"chart,optional" example:"chart.toml"`

	// A district's own words, added to the built-in lexicon that suggestions start from; see `triaged help lexicon`.
	Lexicon string `toml:"lexicon,optional" example:"lexicon.toml"`

	// A district's own words for what can be down, added to those by which several mails are known to report one outage;
	// see `triaged help lexicon`.
	Outages string `toml:"outages,optional" example:"outages.toml"`
}

// Login is how the bot proves itself to a server: one of the password keys, or an OAuth2 table.
type Login struct {
	// The name to log in with.
	Username string `toml:"username"`

	// The password: this, or exactly one of the four keys below and an oauth2 table.
	Password Secret `toml:"password"`

	// A file that holds the password in its first line; only its owner may read it (mode 0600).
	PasswordFile string `toml:"password_file,optional" example:"mail-password"`

	// The environment variable that holds the password.
	PasswordEnv string `toml:"password_env,optional" example:"TRIAGED_PASSWORD"`

	// The systemd credential that holds the password in its first line (LoadCredential= in the unit).
	PasswordCredential string `toml:"password_credential,optional" example:"mail-password"`

	// The command that prints the password as its first line, within half a minute and asking nobody. It runs when the bot
	// starts, in the configuration file's folder.
	PasswordCommand []string `toml:"password_command,optional" example:"[\"pass\", \"show\", \"mail\"]"`

	// Log in by OAuth2 instead of a password. The keys are the same for [mailbox] and [smtp].
	OAuth2 *OAuth2 `toml:"oauth2,optional"`
}

// OAuth2 is a log-in by access tokens (RFC 6749). Username is the mailbox's address then.
type OAuth2 struct {
	// Whose endpoints, scopes and limits: "microsoft365", "google", or "custom" with token_url.
	Provider OAuth2Provider `toml:"provider" example:"microsoft365"`

	// How tokens are got: "client-credentials" (the application's own right to the mailbox), "refresh-token" (somebody signs in
	// once, with `triaged login`), or "service-account" (Google, with domain-wide delegation). Left out: what the keys below
	// suggest.
	Grant OAuth2Grant `toml:"grant,optional" example:"refresh-token"`

	// The directory (tenant) of the application, microsoft365 only.
	Tenant string `toml:"tenant" example:"school.example"`

	// The application's id. A service account's key file has it.
	ClientID string `toml:"client_id" example:"7c9e6679-7425-40de-944b-e07fc1f90ae7"`

	// The application's secret: this, or one of the four keys below.
	ClientSecret Secret `toml:"client_secret"`

	// A file that holds the secret in its first line; only its owner may read it (mode 0600).
	ClientSecretFile string `toml:"client_secret_file,optional" example:"client-secret"`

	// The environment variable that holds the secret.
	ClientSecretEnv string `toml:"client_secret_env,optional" example:"TRIAGED_CLIENT_SECRET"`

	// The systemd credential that holds the secret in its first line.
	ClientSecretCredential string `toml:"client_secret_credential,optional" example:"client-secret"`

	// The command that prints the secret as its first line; see password_command.
	ClientSecretCommand []string `toml:"client_secret_command,optional" example:"[\"pass\", \"show\", \"client-secret\"]"`

	// The day on which the secret expires: operators are told 30 days, 7 days and a day before, and on the day.
	ClientSecretExpires Date `toml:"client_secret_expires,optional" example:"2027-03-01"`

	// The service account's key, the JSON file that Google gives; only its owner may read it (mode 0600).
	ServiceAccountFile string `toml:"service_account_file,optional" example:"service-account.json"`

	// The systemd credential that holds the service account's key.
	ServiceAccountCredential string `toml:"service_account_credential,optional" example:"service-account"`

	// Where tokens are asked for, custom only.
	TokenURL string `toml:"token_url"`

	// Where somebody signs in with a browser on the bot's machine or a port forwarded to it, custom only.
	AuthURL string `toml:"auth_url"`

	// Where codes for signing in on any device are asked for (RFC 8628), custom only.
	DeviceURL string `toml:"device_url"`

	// The scopes to ask for. Empty: those of the provider.
	Scopes []string `toml:"scopes"`

	// ServiceAccount is what the key says.
	ServiceAccount ServiceAccount `toml:"-"`
}

// Mailbox is one watched IMAP folder.
type Mailbox struct {
	// Its name in the ledger and in messages. Do not change it later.
	Name string `toml:"name"`

	// The IMAP server, with its port.
	Address string `toml:"address"`

	// "tls" (port 993), "starttls" (port 143), or "none" on the loopback interface only.
	Security Security `toml:"security"`

	// Extra root certificates, a PEM file.
	CAFile string `toml:"ca_file"`

	Login

	// The folder to watch.
	Folder string `toml:"folder"`

	// Where mails go once they are recorded. Made if it is missing.
	DoneFolder string `toml:"done_folder"`

	// Where mails go that ended as an error or were too large. Made if it is missing.
	RefusedFolder string `toml:"refused_folder"`

	// A junk folder that is watched for requests which a filter took; they are listed at the foot of the digest.
	JunkFolder string `toml:"junk_folder"`

	// How often to look for mail. IDLE is used where the server has it; this is the safety net.
	PollInterval Duration `toml:"poll_interval"`

	// On the first run: "all" mail in the folder, or only "new" mail.
	Start Start `toml:"start"`

	// Older mail that is found on the first run opens requests silently.
	AcknowledgeNewerThan Duration `toml:"acknowledge_newer_than"`

	// Larger mails are not stored whole; the sender is told the limit.
	MaxSize Size `toml:"max_size"`

	// Pauses before connecting again, then the last one again and again.
	Reconnect []Duration `toml:"reconnect"`

	// As in [desk], for this mailbox alone.
	AuthPreset AuthPreset `toml:"auth_preset,optional" example:"google"`

	// As in [desk], for this mailbox alone.
	AuthservID string `toml:"authserv_id,optional" example:"mx.school.example"`
}

// SMTP is the server that takes the bot's mail.
type SMTP struct {
	// The submission server, with its port.
	Address string `toml:"address"`

	// "starttls" (port 587), "tls" (port 465), or "none" on the loopback interface only.
	Security Security `toml:"security"`

	// Extra root certificates, a PEM file.
	CAFile string `toml:"ca_file"`

	Login

	// Pauses before a mail is tried again, then the last one again and again.
	Retry []Duration `toml:"retry"`

	// After this time a mail that could not be sent is given up, and somebody is told.
	GiveUpAfter Duration `toml:"give_up_after"`

	// How many mails the server takes in any minute. More wait, the most urgent first. 0: as many as the provider says
	// (microsoft365: 30), or no limit.
	MailsPerMinute int `toml:"mails_per_minute"`

	// How many mails the server takes in any 24 hours; one in twenty is kept for emergencies and answers. Once half
	// of them are used up, new requests are told to each of the desk's people in one mail every half hour. 0: as many as the
	// provider says (microsoft365: 10000, google: 2000), or no limit.
	MailsPerDay int `toml:"mails_per_day"`

	// A second server, of another provider if possible, for mail that must not wait while the first is in trouble. It sends as
	// desk.address, and has to be let do so.
	Fallback *Fallback `toml:"fallback,optional"`
}

// Fallback is a second server for some kinds of mail.
type Fallback struct {
	// The second submission server, with its port.
	Address string `toml:"address" example:"smtp.other.example:587"`

	// As in [smtp].
	Security Security `toml:"security"`

	// As in [smtp].
	CAFile string `toml:"ca_file"`

	Login

	// The kinds of mail (header X-Triaged-Kind) that go this way while the first server is in trouble. All other mail waits
	// for the first.
	Kinds []MailKind `toml:"kinds"`
}

// Calendar is the desk's working time, as written; Config.WorkingTime computes with it.
type Calendar struct {
	// The working days of a week.
	Workdays []string `toml:"workdays"`

	// The working hours of a day.
	Hours string `toml:"hours"`

	// The hours of days of the week that differ.
	HoursOn map[string]string `toml:"hours_on,optional" example:"{ Fri = \"07:00-13:00\" }"`

	// Days off: days and ranges of days, and rules such as "US federal".
	Holidays []string `toml:"holidays"`

	// Days that end early, with the time they end.
	EarlyRelease []string `toml:"early_release"`

	// A part of the year with hours of its own: one [[calendar.season]] table each.
	Seasons []Season `toml:"season,optional"`
}

// Season is a part of the year with hours of its own.
type Season struct {
	// Its name, as people read it where a due time is explained.
	Name string `toml:"name" example:"summer hours"`

	// Its days: "06-08..08-07" for every year, "2026-06-08..2026-08-07" for one.
	Days string `toml:"days" example:"06-08..08-07"`

	// The working days of a week then. Left out: as in [calendar].
	Workdays []string `toml:"workdays,optional" example:"[\"Mon\", \"Tue\", \"Wed\", \"Thu\"]"`

	// The working hours of a day then. Left out: as in [calendar].
	Hours string `toml:"hours" example:"07:30-17:00"`

	// As in [calendar].
	HoursOn map[string]string `toml:"hours_on,optional" example:"{ Thu = \"07:30-12:00\" }"`
}

// Testing is a window in which students are tested online.
type Testing struct {
	// Its name, for people.
	Name string `toml:"name"`

	// Its days: "2027-04-06..2027-04-16", or one day.
	Days string `toml:"days"`

	// The campuses that test then, as the directory names them. Empty: all.
	Campuses []string `toml:"campuses"`
}

// Reminders says when people are reminded.
type Reminders struct {
	// Analysts are reminded of a request that has no category after this time.
	UncategorizedAfter Duration `toml:"uncategorized_after"`

	// A technician's first answer is due within this time.
	AcknowledgeWithin Duration `toml:"acknowledge_within"`

	// Scheduled and waiting requests need a status note this often.
	FollowUpEvery Duration `toml:"follow_up_every"`

	// The people of a request are warned when so much of its target is used up. "0%": never.
	WarnAt Share `toml:"warn_at"`

	// Supervisors are told of a request that still has no category after so many reviews more. 0: never.
	EscalateAfter int `toml:"escalate_after"`

	// Whether to send technicians their queue each working morning.
	MorningQueue bool `toml:"morning_queue"`

	// Whether to send supervisors the figures of each week when the next one begins; see `triaged help report`.
	WeeklyReport bool `toml:"weekly_report"`
}

// Review is the analysts' review of the uncategorized queue.
type Review struct {
	// The hours of the day at which analysts get the digest: "odd", or a list such as [7, 9, 11].
	Hours ReviewHours `toml:"hours"`

	// The hours in which somebody is there, on working days. Outside of them nobody is disturbed, emergencies apart. Empty:
	// the working hours.
	Staffed string `toml:"staffed"`

	// Whether to send the digest when the queue is empty.
	SendEmpty bool `toml:"send_empty"`

	// Whether to send one short digest a day even if the queue is empty all day, so that nobody takes a bot that has
	// died for a quiet one.
	Daily bool `toml:"daily"`

	// Whether digests and reminders show what was written in each request. With false they show subjects alone.
	Excerpts bool `toml:"excerpts"`
}

// Notify is who is told besides the people of a request.
type Notify struct {
	// Who hears of each new request.
	NewRequest []string `toml:"new_request"`

	// Who hears of trouble with the bot itself, and may answer such mail as an operator does.
	Operator []string `toml:"operator"`

	// When more notices of new requests than so many would go to one address in such a time, further ones wait, no longer
	// than that time, and come in one mail that lists them and is answered like a digest. What may be an emergency never
	// waits. Further mails about one outage, and reminders that come late, come no closer together than
	// that time. A high count gathers none.
	Burst Rate `toml:"burst"`
}

// Limits caps what the bot sends automatically: to requesters and strangers, and, by the circuit breaker, in all.
type Limits struct {
	// To one requester or stranger, at most so many mails in such a time.
	AutomaticMailsPerRecipient Rate `toml:"automatic_mails_per_recipient"`

	// To them about one request, at most so many mails in such a time.
	AutomaticMailsPerRequest Rate `toml:"automatic_mails_per_request"`

	// In all, staff included: if more is owed in such a time, something is wrong. The bot then holds its mail back, but
	// for a few alarms of emergencies, and tells the operators, until it was calm for as long or an operator says so.
	CircuitBreaker Rate `toml:"circuit_breaker"`
}

// Retention is how long things are kept.
type Retention struct {
	// Mails as they were received and sent, with their attachments. Without them a mail cannot be read again.
	RawMails Duration `toml:"raw_mails"`

	// What was written in a request, from its end on: texts, answers and notes. Its subject stays.
	Bodies Duration `toml:"bodies"`

	// Whole requests, from their end on. Reports of that time then lack them.
	Events Duration `toml:"events"`

	// What the bot sent about no single request: digests, lists of new requests, mails about outages, reports, word to operators.
	Reports Duration `toml:"reports"`
}

// Watch is how the bot watches itself.
type Watch struct {
	// How often the bot sends a mail to desk.address to see that it comes back: out by the mail server, in by a mailbox.
	// "0s": never.
	Probe Duration `toml:"probe"`
}

// Metrics is where figures are served.
type Metrics struct {
	// The address for /metrics, /healthz and /readyz, such as "127.0.0.1:9180". Empty: none.
	Listen string `toml:"listen"`
}

// Staff is one person who works on requests.
type Staff struct {
	// The address this person writes from and is written to.
	Address string `toml:"address"`

	// The name, as people read it.
	Name string `toml:"name"`

	// What the person may do: technician, vendor, analyst, supervisor or operator.
	Role Role `toml:"role"`

	// The teams the person belongs to, by name.
	Teams []string `toml:"teams"`
}

// Team is a group of staff that requests are routed to.
type Team struct {
	// Its name, as #assign takes it.
	Name string `toml:"name"`

	// The address that its mail goes to. Empty: to each of its people.
	Address string `toml:"address"`

	// Codes that are routed to this team when a request is categorized so: "4-3", or "4-*" for a whole category.
	Codes []string `toml:"codes"`

	// Its people get the notices of these campuses.
	Campuses []string `toml:"campuses"`
}

// Source is one automatic sender that may open requests.
type Source struct {
	// The address it sends from.
	Address string `toml:"address"`

	// "portal" (the requester is taken from Reply-To or the body) or "monitor".
	Kind SourceKind `toml:"kind"`
}
