package handover_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"triaged/internal/handover"
)

var zone = time.FixedZone("CST", -6*3600)

func readAll(t *testing.T, preset, mapping, text string) (tickets []handover.Ticket, wrong []string, err error) {
	t.Helper()
	m := handover.Mapping{}
	if preset != "" {
		if m, err = handover.Preset(preset); err != nil {
			t.Fatal(err)
		}
	}
	if m, err = m.Extend([]byte(mapping)); err != nil {
		return nil, nil, err
	}
	err = handover.Read(strings.NewReader(text), m, zone, func(one handover.Ticket) error {
		tickets = append(tickets, one)
		return nil
	}, func(line int, err error) { wrong = append(wrong, fmt.Sprintf("%d: %v", line, err)) })
	return tickets, wrong, err
}

// short is a ticket in one line.
func short(k handover.Ticket) string {
	closed := "open"
	if !k.Closed.IsZero() {
		closed = k.Closed.Format("01-02 15:04")
	}
	return fmt.Sprintf("%s|%s|%s|%s|%s|%s|%s|%s", k.Tag, k.Subject, k.Name, k.Address, k.Created.Format("01-02 15:04"), closed, k.Code, k.Category)
}

func TestExports(t *testing.T) {
	for _, c := range []struct {
		name, preset, mapping, text string
		want, wrong                 []string
	}{
		{
			"rt", "rt", "tag = \"[rt.school.example #%s]\"\n[codes]\n\"hardware \" = \"1-3\"",
			"id\tSubject\tStatus\tQueueName\tRequestors\tCreated\tResolved\tOwner\n" +
				"12\tProjector is dark\tresolved\tHardware\tDana <dana@school.example>, x@y.example\tMon Mar 02 08:00:00 2026\tTue Mar 03 09:30:00 2026\tkim\n" +
				"13\tSpam\trejected\tGeneral\ta@b.example\tMon Mar 02 08:00:00 2026\t\t\n" +
				"14\tStill open\topen\tGeneral\ta@b.example\tMon Mar 02 08:00:00 2026\tNot set\t\n" +
				"15\tNobody\topen\tGeneral\t\tMon Mar 02 08:00:00 2026\tNot set\t\n" +
				"16\tWhen\topen\tGeneral\ta@b.example\t2 days ago\tNot set\t\n",
			[]string{
				"[rt.school.example #12]|Projector is dark|Dana|dana@school.example|03-02 14:00|03-03 15:30|1-3|Hardware",
				"[rt.school.example #14]|Still open||a@b.example|03-02 14:00|open||General",
			},
			[]string{`5: there is no requester's address in ""`, `6: created: "2 days ago" is no time that is known: name its form under times`},
		},
		{
			"zammad", "zammad", "", `{"number":"20012","title":"No\nnetwork","state":"closed","customer":{"email":"o@s.example","fullname":"Omar"},"created_at":"2026-03-02T08:00:00Z","close_at":"2026-03-02T09:00:00Z","group":{"name":"Network"},"body":"It is gone."}
not JSON
{"number":20013,"title":"Merged","state":"merged","customer_email":"o@s.example","created_at":"2026-03-02T08:00:00Z"}
`,
			[]string{"[Ticket#20012]|No network|Omar|o@s.example|03-02 08:00|03-02 09:00||Network"},
			[]string{"2: invalid character 'o' in literal null (expecting 'u')"},
		},
		{
			"osticket", "osticket", "[codes]\n\"Passwords\" = \"2-3\"",
			"\xEF\xBB\xBF\"Ticket Number\",\"Date Created\",\"Subject\",\"From\",\"From Email\",\"Help Topic\",\"Current Status\",\"Closed Date\"\r\n" +
				"\"448121\",\"3/2/26 8:05 AM\",\"Locked, again\",\"Lena\",\"lena@school.example\",\"passwords\",\"Closed\",\"3/2/26 1:00 PM\"\r\n",
			[]string{"[#448121]|Locked, again|Lena|lena@school.example|03-02 14:05|03-02 19:00|2-3|passwords"}, nil,
		},
		{
			"isupport", "isupport", "",
			"Incident Number;Short Description;Customer Name;Customer Email;Created Date;Closed Date;Status;Category\n" +
				"7001;Bar tag;Ana;ana@school.example;3/2/2026 8:05:00 AM;;Closed;Inventory\n",
			[]string{"[Incident #7001]|Bar tag|Ana|ana@school.example|03-02 14:05|03-02 14:05||Inventory"}, nil,
		},
		{
			"own", "", `tag = "(T%s)"
closed = ["done"]
[columns]
number = ["Nr"]
subject = ["Betreff"]
address = ["Von"]
created = ["Am"]
code = ["Code"]
status = ["Stand"]
`,
			"nr,betreff,von,am,code,stand\n1,a,a@b,2026-03-02,1.3,done\n2,b,a@b,2026-03-02,9x,done\n#3,c,a@b,2026-03-02,,\n",
			[]string{"(T3)|c||a@b|03-02 06:00|open||"},
			[]string{`2: "1.3" is no code of the chart`, `3: "9x" is no code of the chart`},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			tickets, wrong, err := readAll(t, c.preset, c.mapping, c.text)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, k := range tickets {
				got = append(got, short(k))
			}
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if fmt.Sprintf("%q", wrong) != fmt.Sprintf("%q", c.wrong) {
				t.Errorf("wrong %q\nwant  %q", wrong, c.wrong)
			}
		})
	}
}

func TestMappingsThatMakeNoSense(t *testing.T) {
	for mapping, want := range map[string]string{
		"tagg = \"x\"":                         "line 1: unknown key tagg",
		"tag = \"no number\"":                  "for the number",
		"[codes]\nx = \"one\"":                 `"one" is no code`,
		"[columns]\nnumber = [\"Nr\"]":         "there is no column for the number: it has id, subject; the mapping wants Nr",
		"[columns]\nnumber = []":               "columns.number, subject, address and created must be named",
		"[columns]\nrequester = [\"someone\"]": "unknown key columns.requester",
	} {
		if _, _, err := readAll(t, "rt", mapping, "id,Subject\n1,x\n"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", mapping, err)
		}
	}
	if _, err := handover.Preset("jira"); err == nil || !strings.Contains(err.Error(), "isupport, osticket, rt, zammad") {
		t.Error(err)
	}
}

// FuzzRead reads anything: no row may stop the next, and nothing may take long.
func FuzzRead(f *testing.F) {
	f.Add("id,Subject,Requestors,Created\n1,x,a@b,2026-03-02\n")
	f.Add("{\"id\":1}\n{")
	f.Add("id\tSubject\t\"Requestors\tCreated\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := handover.Preset("rt")
		if err != nil {
			t.Fatal(err)
		}
		handover.Read(strings.NewReader(text), m, time.UTC, func(k handover.Ticket) error {
			if k.Tag == "" || k.Address == "" || k.Created.IsZero() {
				t.Errorf("%+v", k)
			}
			return nil
		}, func(int, error) {})
	})
}
