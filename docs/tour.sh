# Shell functions for the README's tour: they only wrap curl. Source this file from the project's folder.
BASE=${BASE:-http://127.0.0.1:8000}

# login ROLE: sign in as the first demo login that has the role
login() {
  TOKEN=$(.venv/bin/python - "$1" "$BASE" <<'PY'
import json, subprocess, sys, urllib.request
role, base = sys.argv[1:]
logins = json.loads(subprocess.run([".venv/bin/jenjang", "demo-logins", "--json"], capture_output=True, check=True).stdout)
login = next(entry for entry in logins if role in entry["roles"])
body = json.dumps({"nip": login["nip"], "password": login["password"]}).encode()
request = urllib.request.Request(base + "/v1/sessions", body, {"Content-Type": "application/json"})
print(json.load(urllib.request.urlopen(request))["token"])
print(f"signed in as {login['name']} ({role})", file=sys.stderr)
PY
)
}

get() { curl -sS -H "Authorization: Bearer ${TOKEN:-$KEY}" -H 'Accept-Language: en' "$BASE$1"; [ ! -t 1 ] || echo; }
post() { curl -sS -H "Authorization: Bearer ${TOKEN:-$KEY}" -H 'Content-Type: application/json' -H 'Accept-Language: en' "$BASE$1" -d "$2"; [ ! -t 1 ] || echo; }

# decide STEP: approve the first task of that step in my inbox, its form answered with its own example
decide() {
  .venv/bin/python - "$1" "$BASE" "$TOKEN" <<'PY'
import json, sys, urllib.request
step, base, token = sys.argv[1:]
def call(path, body=None):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Accept-Language": "en"}
    data = None if body is None else json.dumps(body).encode()
    return json.load(urllib.request.urlopen(urllib.request.Request(base + path, data, headers)))
task = next(item for item in call("/v1/tasks")["items"] if item["step"] == step)
task = call(f"/v1/tasks/{task['id']}")
details = task["form"]["examples"][0] if task["form"] else {}
print(json.dumps(call(f"/v1/tasks/{task['id']}/decision", {"outcome": "approve", "comment": "", "details": details})["receipt"], indent=1))
PY
}
