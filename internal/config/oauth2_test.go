package config

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"triaged/internal/provider"
)

// inMailbox is a small configuration whose mailbox logs in by an OAuth2 table.
func inMailbox(keys string) string {
	return strings.Replace(small, `password = "pa"`, "oauth2 = { "+keys+" }", 1)
}

func TestGrants(t *testing.T) {
	for keys, want := range map[string]OAuth2Grant{
		`provider = "microsoft365", tenant = "t", client_id = "a", client_secret = "b"`:                               ClientCredentials,
		`provider = "microsoft365", tenant = "t", client_id = "a", client_secret_env = "B"`:                           ClientCredentials,
		`provider = "microsoft365", tenant = "t", client_id = "a"`:                                                    RefreshToken,
		`provider = "microsoft365", tenant = "t", client_id = "a", client_secret = "b", grant = "refresh-token"`:      RefreshToken,
		`provider = "google", client_id = "a", client_secret = "b"`:                                                   RefreshToken,
		`provider = "google", service_account_file = "k"`:                                                             ServiceKey,
		`provider = "custom", token_url = "https://a.example/t", client_id = "a", client_secret = "b"`:                ClientCredentials,
		`provider = "custom", token_url = "http://127.0.0.1/t", auth_url = "http://localhost/a", client_id = "a"`:     RefreshToken,
		`provider = "custom", token_url = "https://a.example/t", device_url = "https://a.example/d", client_id = "a"`: RefreshToken,
		`provider = "custom", token_url = "https://a.example/t", client_id = "a", service_account_credential = "k"`:   ServiceKey,
	} {
		c, err := Parse("config.toml", []byte(inMailbox(keys)))
		if err != nil {
			t.Errorf("%s: %v", keys, err)
			continue
		}
		if got := c.Mailboxes[0].OAuth2.Grants(); got != want {
			t.Errorf("%s: %s", keys, got)
		}
	}
}

func TestProviderOfATable(t *testing.T) {
	c, err := Parse("config.toml", []byte(inMailbox(`provider = "microsoft365", tenant = "school.example", client_id = "a", scopes = ["x"], client_secret_expires = 2027-03-01`)))
	if err != nil {
		t.Fatal(err)
	}
	o := c.Mailboxes[0].OAuth2
	if p := o.Of(); p.TokenURL != "https://login.microsoftonline.com/school.example/oauth2/v2.0/token" || p.Delegated[0] != "x" {
		t.Errorf("%+v", p)
	}
	if day := o.ClientSecretExpires.In(c.Location()).String(); day != "2027-03-01 00:00:00 -0600 CST" {
		t.Errorf("the secret expires at %s", day)
	}
}

func TestServiceAccount(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	file, err := json.Marshal(map[string]string{"type": "service_account", "client_email": "bot@p.iam.example", "private_key": text, "private_key_id": "7"})
	if err != nil {
		t.Fatal(err)
	}
	config := inMailbox(`provider = "google", service_account_file = "key.json"`)
	t.Chdir(write(t, map[string]string{"config.toml": config, "key.json": string(file)}, 0o600))
	c, err := Load("config.toml")
	if err != nil {
		t.Fatal(err)
	}
	if a := c.Mailboxes[0].OAuth2.ServiceAccount; a.Email != "bot@p.iam.example" || a.KeyID != "7" || a.Key.Reveal() != text {
		t.Errorf("got %+v", a)
	}
	for _, wrong := range []string{"hello", "{}", strings.ReplaceAll(string(file), "BEGIN", "BEING"), strings.Replace(string(file), "MI", "MU", 1)} {
		t.Chdir(write(t, map[string]string{"config.toml": config, "key.json": wrong}, 0o600))
		_, err := Load("config.toml")
		const want = "config.toml:8: mailbox.oauth2.service_account_file: this is no service account's key, give the JSON file that Google made"
		if err == nil || err.Error() != want {
			t.Errorf("error %v", err)
		}
	}
}

// What a provider takes is kept without a word in the configuration; a word counts more.
func TestPace(t *testing.T) {
	for keys, want := range map[string]provider.Limits{
		`address = "smtp.school.example:587"`:                                             {},
		`address = "smtp.office365.com:587"`:                                              {PerMinute: 30, PerDay: 10_000},
		`address = "smtp-relay.gmail.com:587"`:                                            {PerDay: 2_000},
		`address = "smtp.gmail.com:587"` + "\nmails_per_day = 500\nmails_per_minute = 10": {PerMinute: 10, PerDay: 500},
		`address = "relay.school.example:25"` + "\nusername = \"a\"\n[smtp.oauth2]\nprovider = \"google\"\nclient_id = \"a\"": {PerDay: 2_000},
	} {
		c, err := Parse("config.toml", []byte(strings.Replace(small, `address = "smtp.school.example:587"`, keys, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.SMTP.Pace(); got != want {
			t.Errorf("%s: %+v", keys, got)
		}
	}
}

func TestSessionsAtOnce(t *testing.T) {
	text := strings.ReplaceAll(small, "imap.school.example", "imap.gmail.com")
	for i := range 16 {
		text += fmt.Sprintf("[[mailbox]]\nname = \"m%d\"\nfolder = \"f%d\"\naddress = \"imap.gmail.com:993\"\nusername = \"support\"\npassword = \"pa\"\n", i, i)
	}
	c, err := Parse("config.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].String(), "more than 15 mailboxes of support") {
		t.Errorf("warnings: %v", c.Warnings)
	}
}
