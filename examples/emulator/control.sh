#!/bin/sh
# Tests an application against a running emulator, with curl alone:
#   npx express-scalekit emulator --webhook http://localhost:3000/webhooks
#   sh control.sh
set -eu

emulator=${SCALEKIT_ENVIRONMENT_URL:-http://localhost:4400}
app=${APP_BASE_URL:-http://localhost:3000}
cookies=$(mktemp)
trap 'rm -f "$cookies"' EXIT

# control <method> <path> [JSON]: a call of the emulator's own API
control() {
  curl --silent --show-error --fail-with-body --request "$1" "$emulator/emulator/$2" \
    --header 'content-type: application/json' --data "${3-}"
}

# browse <URL>: opens a page and prints the status of the response and where it redirects to
browse() {
  curl --silent --show-error --cookie "$cookies" --cookie-jar "$cookies" --output /dev/null \
    --header 'accept: text/html' --write-out '%{http_code} %{redirect_url}' "$1"
}

# sign_in <email>: signs a user in to the application and prints the status of its callback
sign_in() {
  redirect=$(browse "$app/login?login_hint=$1")
  body="{\"email\":\"$1\",\"authorizationUrl\":\"${redirect#* }\"}"
  answer=$(control POST sign-ins "$body")
  result=$(browse "$(echo "$answer" | sed 's/.*"location":"\([^"]*\)".*/\1/')")
  echo "${result%% *}"
}

control POST reset
control POST organizations '{
  "id": "org_31700000000000001",
  "displayName": "Umbrella Coffee",
  "domains": ["umbrella.example"],
  "people": [{ "email": "maya@umbrella.example", "name": "Maya Lin", "roles": ["admin"] }]
}' >/dev/null
people=$(control GET 'people?organizationId=org_31700000000000001')
echo "seeded: $people"

status=$(sign_in maya@umbrella.example)
echo "signed in: $status"

control POST faults '{ "path": "/oauth/token", "status": 503 }' >/dev/null
status=$(sign_in maya@umbrella.example)
echo "while Scalekit fails: $status"

control POST people/maya@umbrella.example/deactivate >/dev/null
status=$(sign_in maya@umbrella.example)
echo "once deactivated: $status"

deliveries=$(control GET 'deliveries?settled=true')
echo "deliveries: $deliveries"
