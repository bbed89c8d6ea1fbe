package config

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/url"

	"triaged/internal/provider"
)

// ServiceAccount is who a service account's key belongs to, and the key itself.
type ServiceAccount struct {
	Email, KeyID string
	Key          Secret // PEM

	file Secret
}

// Of is what is known of the provider whom an OAuth2 table names, with the table's own endpoints and scopes.
func (o *OAuth2) Of() provider.Provider {
	p := provider.Called(string(o.Provider)).In(o.Tenant)
	if o.Provider == OAuth2Custom {
		p.TokenURL, p.AuthURL, p.DeviceURL = o.TokenURL, o.AuthURL, o.DeviceURL
	}
	if len(o.Scopes) > 0 {
		p.Delegated, p.Application = o.Scopes, o.Scopes
	}
	return p
}

// Grants is how the table's tokens are got: as it says, else as what it holds suggests. A program that somebody signs in to
// need have no secret; one that acts for itself must.
func (o *OAuth2) Grants() OAuth2Grant {
	secret := len(o.source("").given()) > 0
	switch {
	case o.Grant != "":
		return o.Grant
	case o.ServiceAccountFile != "" || o.ServiceAccountCredential != "":
		return ServiceKey
	case o.Provider == OAuth2Google || !secret || o.AuthURL != "" || o.DeviceURL != "":
		return RefreshToken
	}
	return ClientCredentials
}

func (d *document) oauth2(path string, o *OAuth2) {
	if o.Provider == "" {
		d.wrong(path+".provider", "is missing", "write "+oneOf(o.Provider.choices()))
	}
	grant := o.Grants()
	if grant != ServiceKey {
		d.needed(path+".client_id", o.ClientID, "")
	}
	if o.Provider == OAuth2Microsoft365 {
		d.needed(path+".tenant", o.Tenant, "it is the directory's id or domain")
	}
	d.endpoints(path, o, grant)
	if given := o.source(path).given(); len(given) > 1 {
		d.wrong(given[1], "stands beside "+lastKey(given[0]), "keep one of them")
	}
	d.credentialName(o.source(path))
	d.grant(path, o, grant)
}

// endpoints: a provider that is known has its own, any other needs those of the grant.
func (d *document) endpoints(path string, o *OAuth2, grant OAuth2Grant) {
	custom := o.Provider == OAuth2Custom
	if custom {
		d.needed(path+".token_url", o.TokenURL, "")
		if grant == RefreshToken && o.AuthURL == "" && o.DeviceURL == "" {
			d.wrong(path+".auth_url", "is missing, and so is device_url", "one of them is where somebody signs in")
		}
	}
	for _, u := range []struct{ key, address string }{{"token_url", o.TokenURL}, {"auth_url", o.AuthURL}, {"device_url", o.DeviceURL}} {
		switch {
		case u.address == "":
		case !custom && o.Provider != "":
			d.wrong(path+"."+u.key, fmt.Sprintf("is known for %q", o.Provider), `leave it out, or write provider = "custom"`)
		case !isSecure(u.address):
			d.wrong(path+"."+u.key, fmt.Sprintf("%q is not an https address", u.address), "")
		}
	}
}

// isSecure: secrets go there, so only https is good enough, or this machine.
func isSecure(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()))
}

// grant: what each way to get tokens needs.
func (d *document) grant(path string, o *OAuth2, grant OAuth2Grant) {
	keys := o.keySource(path).given()
	switch {
	case grant == ClientCredentials && o.Provider == OAuth2Google:
		d.wrong(path+".grant", `Google gives no mail for "client-credentials"`, `use "refresh-token" or "service-account"`)
	case grant == ClientCredentials && len(o.source(path).given()) == 0:
		d.wrong(path+".client_secret", "is missing", `an application that acts for itself needs one; or write grant = "refresh-token"`)
	case grant == ServiceKey && o.Provider == OAuth2Microsoft365:
		d.wrong(path+".grant", `"service-account" is Google's`, `use "client-credentials"`)
	case grant == ServiceKey && len(keys) == 0:
		d.wrong(path+".service_account_file", "is missing", "name the key file of the service account")
	case grant != ServiceKey && len(keys) > 0:
		d.wrong(keys[0], fmt.Sprintf("stands beside grant = %q", grant), "keep one of them")
	case len(keys) > 1:
		d.wrong(keys[1], "stands beside "+lastKey(keys[0]), "keep one of them")
	}
	d.credentialName(o.keySource(path))
}

// serviceAccount takes a key file of Google's apart.
func (d *document) serviceAccount(path string, o *OAuth2) {
	if o == nil || o.ServiceAccount.file.IsEmpty() {
		return
	}
	var file struct {
		Email string `json:"client_email"`
		Key   string `json:"private_key"`
		KeyID string `json:"private_key_id"`
	}
	err := json.Unmarshal([]byte(o.ServiceAccount.file.Reveal()), &file)
	block, _ := pem.Decode([]byte(file.Key))
	if err == nil && block != nil {
		_, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil || block == nil || file.Email == "" {
		keys := o.keySource(path).given()
		d.wrong(keys[len(keys)-1], "this is no service account's key", "give the JSON file that Google made")
		return
	}
	o.ServiceAccount = ServiceAccount{Email: file.Email, KeyID: file.KeyID, Key: Secret{file.Key}}
}
