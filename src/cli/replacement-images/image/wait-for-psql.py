#!/usr/bin/env python3
"""The public image's contract: tries the database `postgres` with the user of odoo.conf, or of the arguments, once a second."""
import argparse
import configparser
import os
import sys
import time

import psycopg2

parser = argparse.ArgumentParser()
for name in ('db_host', 'db_port', 'db_user', 'db_password'):
    parser.add_argument(f'--{name}')
parser.add_argument('--timeout', type=int, default=5)
arguments = vars(parser.parse_args())
conf = configparser.RawConfigParser()
conf.read(os.environ.get('ODOO_RC', ''))
options = dict(conf['options']) if conf.has_section('options') else {}


def value(name, variable):
    return options.get(name) or arguments[name] or os.environ.get(variable)


login = {
    'host': value('db_host', 'PGHOST'), 'port': value('db_port', 'PGPORT'),
    'user': value('db_user', 'PGUSER'), 'password': value('db_password', 'PGPASSWORD'),
}
deadline = time.time() + arguments['timeout']
while True:
    try:
        psycopg2.connect(dbname='postgres', **login).close()
        break
    except psycopg2.OperationalError as error:
        if time.time() >= deadline:
            sys.exit(f'Database connection failure: {error}')
    time.sleep(1)
