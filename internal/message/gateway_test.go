package message

import (
	"strings"
	"testing"
)

func TestTopic(t *testing.T) {
	list := Header{{"List-Id", "Staff <staff-news.lists.school.example>"}}
	tests := []struct {
		in   string
		h    Header
		want string
	}{
		{"Printer", nil, "Printer"},
		{"Re: Printer", nil, "Printer"},
		{"RE: FW: Re: Printer", nil, "Printer"},
		{"AW: WG: Drucker", nil, "Drucker"},
		{"RV: Impresora", nil, "Impresora"},
		{"SV: VS: Skrivare", nil, "Skrivare"},
		{"Re[2]: Printer", nil, "Printer"},
		{"Re (3): Printer", nil, "Printer"},
		{"RE^2: Printer", nil, "Printer"},
		{"回复：打印机", nil, "打印机"},
		{"Odp: Drukarka", nil, "Drukarka"},
		{"[EXTERNAL] Re: [EXT] Printer", nil, "Printer"},
		{"EXTERNAL: Printer", nil, "Printer"},
		{"(External) Printer", nil, "Printer"},
		{"***SPAM*** Printer", nil, "Printer"},
		{"{Spam?} Printer", nil, "Printer"},
		{"[Fwd: Printer]", nil, "Printer"},
		{"Printer (fwd)", nil, "Printer"},
		{"Re: [SR-12] Printer", nil, "[SR-12] Printer"},
		{"[staff-news] Printer", list, "Printer"},
		{"[room 12] Printer", list, "[room 12] Printer"},
		{"[room 12] Printer", nil, "[room 12] Printer"},
		{"Room 12: printer", nil, "Room 12: printer"},
		{"IT: printer", nil, "IT: printer"},
		{"External monitor is black", nil, "External monitor is black"},
		{"Re:", nil, ""},
		{"", nil, ""},
		{"Reading test on Wednesday: no network", nil, "Reading test on Wednesday: no network"},
	}
	for _, tt := range tests {
		if got := topicOf(tt.in, tt.h); got != tt.want {
			t.Errorf("topicOf(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestUnwrapURL(t *testing.T) {
	tests := []struct{ in, want string }{
		{"https://www.school.example/a?url=https://x.example", "https://www.school.example/a?url=https://x.example"},
		{"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.school.example%2Fa%3Fb%3D1&data=05%7C01&reserved=0", "https://www.school.example/a?b=1"},
		{"https://nam02.safelinks.protection.outlook.com/ap/w-59584e83/?url=https%3A%2F%2Fwww.school.example%2Fdoc&data=05", "https://www.school.example/doc"},
		{"https://urldefense.proofpoint.com/v1/url?u=http://www.school.example/&k=abc%3D", "http://www.school.example/"},
		{"https://urldefense.proofpoint.com/v2/url?u=https-3A__www.school.example_a-2Db&d=DwMF&c=x", "https://www.school.example/a-b"},
		{"https://us-west-2.protection.sophos.com/?d=school.example&u=aHR0cHM6Ly93d3cuc2Nob29sLmV4YW1wbGUvYQ==&i=1&t=x", "https://www.school.example/a"},
		{"https://url.avanan.click/v2/___https://www.school.example/a___.YXAzOm1hcGxl", "https://www.school.example/a"},
		{"https://protect2.fireeye.com/v1/url?k=1&q=1&e=2&u=https%3A%2F%2Fwww.school.example%2Fa", "https://www.school.example/a"},
		{"https://clicktime.symantec.com/15t?h=x&u=https://www.school.example/a", "https://www.school.example/a"},
		{"https://mail.school.example/fmlurlsvc/?fewReq=:B:x&url=https%3a%2f%2fwww.school.example%2fa", "https://www.school.example/a"},
		{"https://urldefense.com/v3/__https://www.school.example/a__;!!abc!def$", "https://www.school.example/a"},
		{"https://urldefense.com/v3/__https://www.school.example/a*b*c__;Iy8!!abc!def$", "https://www.school.example/a#b/c"},
		{"https://urldefense.com/v3/__https://www.school.example/a**Ab__;Iy8!!abc!def$", "https://www.school.example/a#/b"},
		{"https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fwww.school.example%2fa&c=E,1,x", "https://www.school.example/a"},
		{"https://www.google.com/url?q=https://www.school.example/&sa=D", "https://www.school.example/"},
		{"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Furldefense.com%2Fv3%2F__https%3A%2Fwww.school.example%2Fa__%3B!!x!y%24&data=1", "https://www.school.example/a"},
		{"https://eur01.safelinks.protection.outlook.com/?url=javascript%3Aalert(1)&data=1", "https://eur01.safelinks.protection.outlook.com/?url=javascript%3Aalert(1)&data=1"},
		{"https://eur01.safelinks.protection.outlook.com/?url=%zz", "https://eur01.safelinks.protection.outlook.com/?url=%zz"},
		{"https://safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fbank.example", "https://safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fbank.example"},
		{"", ""}, {"://", "://"},
	}
	for _, tt := range tests {
		if got := unwrapURL(tt.in); got != tt.want {
			t.Errorf("unwrapURL(%q)\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
	text := "See https://urldefense.com/v3/__https://a.example/x__;!!q!w$, and <https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fb.example&data=1>."
	if got, want := unwrapLinks(text), "See https://a.example/x, and <https://b.example>."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCutGateway(t *testing.T) {
	const hello = "Hello,\n\nthe printer is out of toner.\n\nRosa"
	banners := []string{
		"[EXTERNAL]",
		"[EXTERNAL EMAIL]",
		"CAUTION: This email originated from outside of the organization. Do not click links or open attachments unless you recognize the sender and know the content is safe.",
		"CAUTION: This email originated from outside of the organization. Do not\nclick links or open attachments unless you recognize the sender and know\nthe content is safe.",
		"*** WARNING: This message originated from outside the district. Please use caution when opening attachments. ***",
		"You don't often get email from rosa@maple.example. Learn why this is important <https://aka.ms/LearnAboutSenderIdentification>",
		"Some people who received this message don't often get email from rosa@maple.example. Learn why this is important",
		"| CAUTION | This email is from an external sender. Verify the sender before replying. |",
		"EXTERNAL EMAIL: Do not click any links or open attachments unless you trust the sender.",
		"ACHTUNG: Diese E-Mail stammt von einem externen Absender. Bitte klicken Sie nicht auf Links.",
		"PRECAUCIÓN: Este correo electrónico se originó fuera de la organización. No haga clic en enlaces.",
		"ATTENTION : Ce courriel provient de l’extérieur de l’organisation. Ne cliquez pas sur les liens.",
		"⚠️ External sender. Be careful with links.",
		"[External Email] This email originated outside the organization.",
		"Think before you click: This email came from outside our district!",
		"Be careful with this message: it is from an external sender.",
		"ZjQcmQRYFpfptBannerStart\nThis Message Is From an External Sender\nReport Suspicious\nZjQcmQRYFpfptBannerEnd",
	}
	for _, b := range banners {
		for _, gap := range []string{"\n\n", "\n"} {
			own, added := cutGateway(b + gap + hello)
			if own != hello {
				t.Errorf("banner %q with gap %q\nleft %q\nadded %q", b, gap, own, added)
			}
		}
	}
	footers := []string{
		"_______________________________________________\nstaff mailing list\nstaff@lists.school.example\nhttps://lists.school.example/mailman/listinfo/staff",
		"-- \nYou received this message because you are subscribed to the Google Groups \"staff\" group.\nTo unsubscribe from this group and stop receiving emails from it, send an email to staff+unsubscribe@school.example.",
		"This email has been checked for viruses by Some Antivirus.\nwww.scanner.example",
		"Virus-free.www.scanner.example",
		"__________ Information from ESET Antivirus, version 123 (20261123) __________\n\nThe message was checked by ESET Antivirus.",
		"--\nThis message has been scanned for viruses and\ndangerous content by Scanner, and is\nbelieved to be clean.",
	}
	for _, f := range footers {
		if own, added := cutGateway(hello + "\n\n" + f); own != hello || !strings.Contains(added, strings.Split(f, "\n")[1%len(strings.Split(f, "\n"))]) {
			t.Errorf("footer %q\nleft %q\nadded %q", f, own, added)
		}
	}
	for _, text := range []string{
		hello,
		"External monitor in room 4 is black.\nPlease help.",
		"I got a mail that says: This email originated from outside. Is it safe?",
		"Caution tape is missing in the gym.",
		"Warning lights on the UPS are on. Do not know why.",
		"Please do not click on the link in the other mail, it is phishing.",
		"Please do not open the external email that I have forwarded, it is phishing.",
		"This message looks like phishing and has no banner. Can you check?",
		"[room 12] This email account originated with the old teacher.",
		"The printer was scanned by mistake.\nIt shows 'virus'.",
		"> CAUTION: This email originated from outside of the organization.\n> Hello",
		"", "\n",
	} {
		if own, added := cutGateway(text); own != text || added != "" {
			t.Errorf("own words taken for a gateway's: %q\nleft %q\nadded %q", text, own, added)
		}
	}
}

func TestFingerprint(t *testing.T) {
	const mail = "From: a@x.example\r\nTo: b@x.example\r\nSubject: hi\r\nMessage-ID: <1@x.example>\r\n\r\nHello\r\nthere\r\n"
	one := Parse([]byte(mail)).Fingerprint
	same := []string{
		"Received: from x\r\nDelivered-To: b@x.example\r\nAuthentication-Results: y\r\nX-Spam: no\r\n" + mail,
		strings.ReplaceAll(mail, "\r\n", "\n"),
		mail + "\r\n\r\n",
		strings.Replace(mail, "Subject: hi", "Subject:  hi ", 1),
	}
	for _, s := range same {
		if Parse([]byte(s)).Fingerprint != one {
			t.Errorf("a copy has another fingerprint: %q", s)
		}
	}
	for _, s := range []string{strings.Replace(mail, "Hello", "Hallo", 1), strings.Replace(mail, "a@x", "c@x", 1), strings.Replace(mail, "<1@", "<2@", 1)} {
		if Parse([]byte(s)).Fingerprint == one {
			t.Errorf("a different mail has the same fingerprint: %q", s)
		}
	}
}
