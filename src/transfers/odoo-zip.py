"""Writes and reads the zip of Odoo's own database manager, in a container of Odoo's image, with what Python itself has.

Each result is one line of JSON: {"progress": 0-100}, {"done": {...}}, or {"refused": code, "message": text} with exit code 3.
"""
import json
import os
import re
import secrets
import shutil
import stat
import subprocess
import sys
import zipfile

PIECE = 1 << 20
LONGEST_LINE = 64 << 20
MOST_ENTRIES = 5_000_000
LONGEST_MANIFEST = 4 << 20


def say(**what):
    print(json.dumps(what), flush=True)


def refuse(code, message):
    say(refused=code, message=message)
    sys.exit(3)


def arguments():
    return json.loads(os.environ["OCORE_TASK"])


class Progress:
    def __init__(self, total):
        self.total, self.done, self.told = max(1, total), 0, -1

    def add(self, count):
        self.done += count
        percent = min(99, self.done * 100 // self.total)
        if percent > self.told:
            self.told = percent
            say(progress=percent)


def require_space(path, needed):
    free = shutil.disk_usage(path).free
    if needed > free:
        refuse("disk_space", f"{needed / 1e9:.1f} GB are needed on the disk of the server, and {free / 1e9:.1f} GB are free")


def files_of(root):
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not os.path.islink(path) and os.path.isfile(path):
                yield path


def query(task, statement):
    result = subprocess.run(
        ["psql", "-X", "-q", "-t", "-A", "-w", "-h", task["host"], "-U", task["role"], "-d", task["database"], "-c", statement],
        capture_output=True, text=True, check=False)
    if result.returncode != 0:
        refuse("database_error", f"PostgreSQL refused: {result.stderr.strip()[:500]}")
    return result.stdout.strip()


def manifest_of(task):
    modules = json.loads(query(task, "SELECT coalesce(json_object_agg(name, latest_version), '{}') FROM ir_module_module WHERE state = 'installed'"))
    number = int(query(task, "SHOW server_version_num"))
    manifest = {"odoo_dump": "1", "db_name": task["database"], "pg_version": f"{number // 10000}.{number % 10000}", "modules": modules}
    try:
        from odoo import release
        manifest.update(version=release.version, version_info=list(release.version_info), major_version=release.major_version)
    except Exception:  # An image whose Odoo cannot be imported from here.
        series = ".".join((modules.get("base") or task["series"]).split(".")[:2])
        manifest.update(version=series, version_info=[*map(int, re.findall(r"\d+", series)), 0, "final", 0, ""], major_version=series)
    return manifest


def write(task):
    files = list(files_of(task["filestore"])) if task["withFilestore"] else []
    size = int(query(task, "SELECT pg_database_size(current_database())"))
    total = size + sum(os.path.getsize(path) for path in files if os.path.exists(path))
    require_space(task["folder"], total)
    progress = Progress(total)
    part = os.path.join(task["folder"], "part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        dump = zipfile.ZipInfo("dump.sql")
        dump.compress_type, dump.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        process = subprocess.Popen(
            ["pg_dump", "--no-owner", "--no-password", "-h", task["host"], "-U", task["role"], "-d", task["database"]],
            stdout=subprocess.PIPE)
        with archive.open(dump, "w", force_zip64=True) as entry:
            while piece := process.stdout.read(PIECE):
                entry.write(piece)
                progress.add(len(piece))
        if process.wait() != 0:
            refuse("database_error", f"pg_dump ended with exit code {process.returncode}")
        # The files after the dump: what it names is there. One that is collected meanwhile was no longer named.
        for path in files_of(task["filestore"]) if task["withFilestore"] else []:
            info = zipfile.ZipInfo("filestore/" + os.path.relpath(path, task["filestore"]))
            info.external_attr = 0o644 << 16
            try:
                source = open(path, "rb")
            except FileNotFoundError:
                continue
            with source, archive.open(info, "w", force_zip64=True) as entry:
                while piece := source.read(PIECE):
                    entry.write(piece)
                    progress.add(len(piece))
        archive.writestr("manifest.json", json.dumps(manifest_of(task), indent=4))
    with open(part, "rb") as written:
        os.fsync(written.fileno())
    os.replace(part, os.path.join(task["folder"], "file.zip"))
    say(done={"bytes": os.path.getsize(os.path.join(task["folder"], "file.zip"))})


def wrong_with(info, seen):
    name = info.filename
    kind = stat.S_IFMT(info.external_attr >> 16)
    parts = name.rstrip("/").split("/")
    if name in seen:
        return "is in it twice"
    if info.flag_bits & 0x1:
        return "is encrypted"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed in a way that Odoo does not use"
    if "\\" in name or "\0" in name or any(part in ("", ".", "..") or len(part.encode()) > 255 for part in parts):
        return "has a path that leads elsewhere"
    if name not in ("dump.sql", "manifest.json") and (parts[0] != "filestore" or len(parts) > 8):
        return "does not belong into a backup of Odoo"
    return None


def opened(task):
    try:
        archive = zipfile.ZipFile(os.path.join(task["folder"], "file.zip"))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        refuse("archive_refused", f"The file is no zip: {error}")
    if len(archive.infolist()) > MOST_ENTRIES:
        refuse("archive_refused", f"The zip has more than {MOST_ENTRIES} files")
    seen = set()
    for info in archive.infolist():
        wrong = wrong_with(info, seen)
        if wrong:
            refuse("archive_refused", f"{info.filename[:200]!r} in the zip {wrong}")
        seen.add(info.filename)
    for needed in ("dump.sql", "manifest.json"):
        if needed not in seen:
            refuse("archive_refused", f"The zip has no {needed}: it is no backup of Odoo in the format zip")
    return archive


def stored(archive):
    return [info for info in archive.infolist() if info.filename.startswith("filestore/") and not info.is_dir()]


def check(task):
    archive = opened(task)
    manifest_info = archive.getinfo("manifest.json")
    if manifest_info.file_size > LONGEST_MANIFEST:
        refuse("archive_refused", "manifest.json is longer than 4 MiB")
    try:
        manifest = json.loads(archive.read(manifest_info))
        found = {"odoo_dump": str(manifest["odoo_dump"]), "major_version": str(manifest["major_version"]), "pg_version": str(manifest["pg_version"])}
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        refuse("archive_refused", f"manifest.json is not what Odoo writes: {error!r}")
    dump = archive.getinfo("dump.sql").file_size
    files = sum(info.file_size for info in stored(archive))
    require_space(task["folder"], dump + files)
    say(done={**found, "dumpBytes": dump, "filestoreBytes": files, "files": len(stored(archive))})


def unpack(task):
    archive = opened(task)
    entries = stored(archive)
    progress = Progress(sum(info.file_size for info in entries))
    root = task["filestore"]
    os.makedirs(root, 0o755, exist_ok=True)
    try:
        for info in entries:
            target = os.path.join(root, *info.filename.split("/")[1:])
            os.makedirs(os.path.dirname(target), 0o755, exist_ok=True)
            with archive.open(info) as source, open(target, "xb") as out:
                while piece := source.read(PIECE):
                    out.write(piece)
                    progress.add(len(piece))
    except (zipfile.BadZipFile, EOFError, FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        refuse("archive_refused", f"The zip is damaged: {error}")
    os.sync()
    say(done={"files": len(entries)})


# What a database of another role, or of another release of PostgreSQL, says at the end of a line by itself and Odoo does without.
LEFT_OUT = re.compile(
    rb"\s*(?:GRANT\s|REVOKE\s|ALTER\s+DEFAULT\s+PRIVILEGES\s|COMMENT\s+ON\s+(?:EXTENSION|SCHEMA)\s|CREATE\s+SCHEMA\s+public\s*;"
    rb"|ALTER\s[^;']*\sOWNER\s+TO\s|SET\s+transaction_timeout\s)[^;']*;\s*(?:--.*)?$|\s*SELECT\s+pg_catalog\.lo_\w+\([^;]*\)\s*OWNER\s+TO[^;]*;\s*$", re.I)
RESTRICTIONS = re.compile(rb"\\(?:un)?restrict [A-Za-z0-9]+\r?\n?$")
TOKEN = re.compile(rb"'|\"|--|/\*|\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$|\\|;")
QUOTED = re.compile(rb"'")
ESCAPED = re.compile(rb"'|\\.", re.S)
COMMENT = re.compile(rb"/\*|\*/")


class Filter:
    """Passes SQL on to psql, without a command of psql's own: those begin with a backslash outside of text."""

    def __init__(self):
        self.inside, self.depth, self.began, self.line = None, 0, False, 0

    def passes(self, line):
        """Whether the line of SQL is passed on."""
        self.line += 1
        if self.inside is None and not self.began:
            if RESTRICTIONS.match(line):
                return False
            if LEFT_OUT.match(line):
                return False
        at, end = 0, len(line)
        while at < end:
            if self.inside is None:
                token = TOKEN.search(line, at)
                if line[at:token.start() if token else end].strip():
                    self.began = True
                if not token:
                    return True
                at = token.end()
                found = token.group()
                if found == b";":
                    self.began = False
                elif found == b"--":
                    return True
                elif found == b"\\":
                    refuse("archive_refused", f"dump.sql has a command of psql in line {self.line}; only SQL is run")
                elif found == b"/*":
                    self.inside, self.depth = COMMENT, 1
                elif found == b"'":
                    before = line[max(0, token.start() - 2):token.start()]
                    self.inside = ESCAPED if re.search(rb"(?:^|[^A-Za-z0-9_\x80-\xff])[eE]$", before) else QUOTED
                    self.began = True
                else:
                    self.inside = re.compile(re.escape(found))
                    self.began = True
            else:
                token = self.inside.search(line, at)
                if not token:
                    return True
                at = token.end()
                if self.inside is COMMENT:
                    self.depth += 1 if token.group() == b"/*" else -1
                    if self.depth == 0:
                        self.inside = None
                elif not token.group().startswith(b"\\"):
                    self.inside = None
        return True


def restricts():
    """Whether this psql can be told to refuse its own commands."""
    said = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"(\d+)\.(\d+)", said)
    if not version:
        return False
    major, minor = int(version[1]), int(version[2])
    return major >= 18 or minor >= {13: 22, 14: 19, 15: 14, 16: 10, 17: 6}.get(major, 1 << 30)


def pass_on(source, out, progress):
    sql, data = Filter(), False
    whole = True
    while True:
        line = source.readline(LONGEST_LINE)
        if not line:
            return
        progress.add(len(line))
        if data:
            out.write(line)
            if whole and line.rstrip(b"\r\n") == b"\\.":
                data = False
            whole = line.endswith(b"\n")
            continue
        if len(line) == LONGEST_LINE:
            refuse("archive_refused", "dump.sql has a statement with a line of more than 64 MiB")
        begins = sql.inside is None and not sql.began and line.startswith(b"COPY ")
        if sql.passes(line):
            out.write(line)
        if begins and line.rstrip().endswith(b"FROM stdin;"):
            data = whole = True


def load(task):
    archive = opened(task)
    info = archive.getinfo("dump.sql")
    process = subprocess.Popen(
        ["psql", "-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", "-h", task["host"], "-U", task["role"], "-d", task["database"], "-o", "/dev/null", "-f", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        if restricts():
            process.stdin.write(f"\\restrict {secrets.token_hex(24)}\n".encode())
        with archive.open(info) as source:
            pass_on(source, process.stdin, Progress(info.file_size))
        process.stdin.close()
    except BrokenPipeError:
        pass  # psql has said why.
    except (zipfile.BadZipFile, EOFError) as error:
        process.kill()
        refuse("archive_refused", f"dump.sql is damaged: {error}")
    except SystemExit:
        process.kill()
        raise
    if process.wait() != 0:
        refuse("restore_failed", f"psql ended with exit code {process.returncode}; the line before says what PostgreSQL refused")
    say(done={})


if __name__ == "__main__":
    {"write": write, "check": check, "unpack": unpack, "load": load}[sys.argv[1]](arguments())
