# An application with X-Ray's SDK for Python, as app.cjs.
import sys
import time

from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.core.sampling.connector import ServiceConnector

host, port = '127.0.0.1', int(sys.argv[1])
xray_recorder.configure(service='shop-python', daemon_address=f'{host}:{port}', sampling=False)
with xray_recorder.in_segment('shop-python'):
    with xray_recorder.in_subsegment('teller') as call:
        call.put_annotation('order', 'blue')
connector = ServiceConnector()


class Daemon:
    tcp_ip, tcp_port = host, port


connector.setup_xray_client(Daemon.tcp_ip, Daemon.tcp_port, None)
print(len(connector.fetch_sampling_rules()))
time.sleep(0.2)
