"""The tray of a desktop, for tests: owns org.kde.StatusNotifierWatcher and answers one question per line of stdin.

state           the icon's tooltip and menu as JSON
click <label>   chooses the menu item with that label
open            a left click on the icon
"""
import json, sys, threading
import dbus, dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
name = dbus.service.BusName('org.kde.StatusNotifierWatcher', bus)
PROPERTIES = 'org.freedesktop.DBus.Properties'
ITEM = 'org.kde.StatusNotifierItem'
MENU = 'com.canonical.dbusmenu'


class Watcher(dbus.service.Object):
    items = []

    @dbus.service.method('org.kde.StatusNotifierWatcher', in_signature='s', sender_keyword='sender')
    def RegisterStatusNotifierItem(self, item, sender=None):
        place = (sender, item) if item.startswith('/') else (item, '/StatusNotifierItem')
        Watcher.items = [one for one in Watcher.items if one[0] != place[0]] + [place]

    @dbus.service.method('org.kde.StatusNotifierWatcher', in_signature='s')
    def RegisterStatusNotifierHost(self, host):
        pass

    @dbus.service.method(PROPERTIES, in_signature='ss', out_signature='v')
    def Get(self, interface, wanted):
        return self.GetAll(interface)[wanted]

    @dbus.service.method(PROPERTIES, in_signature='s', out_signature='a{sv}')
    def GetAll(self, interface):
        registered = dbus.Array([a + b for a, b in Watcher.items], signature='s')
        return {
            'RegisteredStatusNotifierItems': registered,
            'IsStatusNotifierHostRegistered': True,
            'ProtocolVersion': 0,
        }


def properties():
    service, path = Watcher.items[-1]
    return dbus.Interface(bus.get_object(service, path), PROPERTIES).GetAll(ITEM)


def menu():
    service = Watcher.items[-1][0]
    found = dbus.Interface(bus.get_object(service, str(properties()['Menu'])), MENU)
    return found, list(flat(found.GetLayout(0, -1, dbus.Array([], signature='s'))[1][2]))


def flat(children):
    for i, p, below in children:
        yield int(i), str(p.get('label', '')).replace('_', ''), bool(p.get('enabled', True))
        yield from flat(below)


def answer(line):
    verb, _, label = line.strip().partition(' ')
    if not Watcher.items:
        return None
    if verb == 'open':
        service, path = Watcher.items[-1]
        dbus.Interface(bus.get_object(service, path), ITEM).Activate(0, 0)
        return True
    found, items = menu()
    if verb == 'click':
        chosen = next((i for i, text, _ in items if text == label), None)
        if chosen is None:
            return False
        found.Event(chosen, 'clicked', dbus.String(''), dbus.UInt32(0))
        return True
    tip = properties().get('ToolTip')
    return {
        'tooltip': str(tip[2]) if tip else '',
        'pixmapBytes': sum(len(data) for _, _, data in properties().get('IconPixmap', [])),
        'pixmap': ''.join('%02x' % b for _, _, data in properties().get('IconPixmap', []) for b in bytes(data)[::97]),
        'menu': [{'label': text, 'enabled': enabled} for _, text, enabled in items if text],
    }


def serve():
    for line in sys.stdin:
        done = threading.Event()

        def work(line=line):
            try:
                reply = {'ok': answer(line)}
            except Exception as problem:
                reply = {'error': str(problem)}
            print(json.dumps(reply), flush=True)
            done.set()

        GLib.idle_add(work)
        done.wait()
    GLib.idle_add(loop.quit)


Watcher(bus, '/StatusNotifierWatcher')
loop = GLib.MainLoop()
threading.Thread(target=serve, daemon=True).start()
print(json.dumps({'ok': 'ready'}), flush=True)
loop.run()
