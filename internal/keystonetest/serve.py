# Copyright (c) The terraform-provider-rds authors
# SPDX-License-Identifier: MPL-2.0
"""Serves Keystone's WSGI application on a free port of 127.0.0.1.

OS_KEYSTONE_CONFIG_FILES names its configuration. The first line on standard
output is its address and Keystone's version; each request is a line on standard error. It ends when its
standard input does, so it never outlives who started it, not even one who is
killed.
"""

import importlib.metadata
import os
import socketserver
import sys
import threading
from wsgiref import simple_server

from keystone.server import wsgi


class Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self):
        # The library's own looks the host's name up, which takes seconds where there is no DNS.
        socketserver.TCPServer.server_bind(self)
        self.server_name = "127.0.0.1"
        self.server_port = self.server_address[1]
        self.setup_environ()


def end_with_input():
    sys.stdin.buffer.read()
    os._exit(0)


server = simple_server.make_server("127.0.0.1", 0, wsgi.initialize_public_application(), server_class=Server)
print(f"http://127.0.0.1:{server.server_port}", importlib.metadata.version("keystone"), flush=True)
threading.Thread(target=end_with_input, daemon=True).start()
server.serve_forever()
