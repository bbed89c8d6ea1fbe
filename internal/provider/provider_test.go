package provider_test

import (
	"net/url"
	"strings"
	"testing"

	"triaged/internal/provider"
)

func TestAt(t *testing.T) {
	for address, want := range map[string]string{
		"outlook.office365.com:993": "microsoft365", "SMTP.Office365.com:587": "microsoft365",
		"smtp-mail.outlook.com:587": "microsoft365", "imap.gmail.com:993": "google", "smtp-relay.gmail.com.:587": "google",
		"mail.school.example:993": "", "notgmail.com:993": "", "gmail.com.evil.example:993": "", "127.0.0.1:143": "", "": "",
	} {
		if got := provider.At(address).Name; got != want {
			t.Errorf("%s belongs to %q", address, got)
		}
	}
}

func TestEndpoints(t *testing.T) {
	for _, name := range []string{"microsoft365", "google"} {
		p := provider.Called(name).In("school.example")
		for _, address := range []string{p.TokenURL, p.AuthURL, p.DeviceURL} {
			u, err := url.Parse(address)
			if err != nil || address != "" && u.Scheme != "https" || strings.ContainsAny(address, "{}") {
				t.Errorf("%s: %q, %v", name, address, err)
			}
		}
		if p.TokenURL == "" || p.AuthURL == "" || len(p.Delegated) == 0 || len(p.Application) == 0 || p.PerDay == 0 {
			t.Errorf("%+v is not complete", p)
		}
	}
	if !strings.Contains(provider.Microsoft365.TokenURL, "{tenant}") {
		t.Error("one customer's endpoint is everybody's")
	}
	if p := provider.Called("custom"); p.Limits != (provider.Limits{}) || p.TokenURL != "" {
		t.Errorf("something is known of a provider that nobody knows: %+v", p)
	}
}
