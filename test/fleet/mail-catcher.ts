import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import tar from 'tar-stream';

export const mailCatcher = 'mail-catcher:1';

/**
 * A stand-in for `axllent/mailpit`, which no package of Debian or npm has: SMTP on 1025 and the part of Mailpit's HTTP API
 * on 8025 that oCore uses, with its names (`/api/v1/messages`, `/api/v1/message/{ID}`).
 */
const program = `#!/usr/bin/env python3
import email, email.policy, email.utils, json, os, re, socketserver, threading, uuid
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

most = int(os.environ.get('MP_MAX_MESSAGES', '500'))
kept, lock = [], threading.Lock()

def people(message, name):
    return [{'Name': n, 'Address': a} for n, a in email.utils.getaddresses(message.get_all(name, []))]

class Smtp(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write((line + '\\r\\n').encode())
    def handle(self):
        self.say('220 Mailpit ESMTP Service ready')
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b'EHLO': self.say('250-Mailpit greets you'); self.say('250 SIZE 0')
            elif verb == b'QUIT': return self.say('221 Bye')
            elif verb == b'DATA':
                self.say('354 Start mail input')
                data = b''
                while (part := self.rfile.readline()) not in (b'.\\r\\n', b''): data += part[1:] if part.startswith(b'..') else part
                with lock:
                    kept.insert(0, (uuid.uuid4().hex[:22], datetime.now(timezone.utc), data))
                    del kept[most:]
                self.say('250 2.0.0 Ok: queued')
            else: self.say('250 Ok')

def summary(one):
    id, at, data = one
    message = email.message_from_bytes(data, policy=email.policy.default)
    return {'ID': id, 'From': (people(message, 'From') or [{'Name': '', 'Address': ''}])[0], 'To': people(message, 'To'), 'Cc': people(message, 'Cc'), 'Bcc': None,
        'Subject': str(message['Subject'] or ''), 'Created': at.isoformat().replace('+00:00', 'Z'), 'Size': len(data), 'Attachments': len(list(message.iter_attachments())), 'Read': False, 'Tags': [], 'Snippet': ''}

def content(one):
    message = email.message_from_bytes(one[2], policy=email.policy.default)
    text = {kind: (part.get_content() if (part := message.get_body([kind])) else '') for kind in ('plain', 'html')}
    files = [{'PartID': '2', 'FileName': part.get_filename() or '', 'ContentType': part.get_content_type(), 'ContentID': '', 'Size': len(part.get_payload(decode=True) or b'')} for part in message.iter_attachments()]
    return {**summary(one), 'Text': text['plain'], 'HTML': text['html'], 'Attachments': files, 'Inline': []}

class Api(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def answer(self, status, body, kind='application/json'):
        data = body.encode()
        self.send_response(status); self.send_header('Content-Type', kind); self.send_header('Content-Length', str(len(data))); self.end_headers(); self.wfile.write(data)
    def do_GET(self):
        path = self.path.split('?')[0]
        with lock: mails = list(kept)
        if path == '/readyz': return self.answer(200, 'OK', 'text/plain')
        if path == '/api/v1/messages':
            limit = int((re.search(r'limit=(\\d+)', self.path) or [0, '50'])[1])
            return self.answer(200, json.dumps({'total': len(mails), 'unread': len(mails), 'count': min(limit, len(mails)), 'messages_count': len(mails), 'start': 0, 'tags': [], 'messages': [summary(one) for one in mails[:limit]]}))
        one = next((one for one in mails if path == '/api/v1/message/' + one[0]), None)
        self.answer(200, json.dumps(content(one))) if one else self.answer(404, '{"Error":"message not found"}')
    def do_DELETE(self):
        given = json.loads(self.rfile.read(int(self.headers.get('Content-Length') or 0)) or '{}')
        ids = given.get('IDs') or []
        with lock: kept[:] = [one for one in kept if ids and one[0] not in ids]
        self.answer(200, 'ok', 'text/plain')
    def log_message(self, *_): pass

socketserver.ThreadingTCPServer.allow_reuse_address = True
threading.Thread(target=socketserver.ThreadingTCPServer(('0.0.0.0', 1025), Smtp).serve_forever, daemon=True).start()
ThreadingHTTPServer(('0.0.0.0', 8025), Api).serve_forever()
`;

export async function loadMailCatcher(docker: Docker): Promise<void> {
  const container = await docker.createContainer({ Image: 'odoo:19.0', Cmd: ['true'] });
  const pack = tar.pack();
  pack.entry({ name: 'mailpit', mode: 0o755 }, program);
  pack.finalize();
  await container.putArchive(await buffer(pack), { path: '/' });
  const [repo, tag] = mailCatcher.split(':');
  await container.commit({ repo, tag, changes: 'ENTRYPOINT ["/mailpit"]\nCMD []\nUSER root' });
  await container.remove({ v: true });
}
