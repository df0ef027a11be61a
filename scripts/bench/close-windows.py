"""Closes every window on the display the way a person does: through its close button, which a window manager turns
into a WM_DELETE_WINDOW message (ICCCM 4.2.8.1). Prints how many there were."""
from ctypes import CDLL, POINTER, Structure, Union, byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p

x = CDLL('libX11.so.6')
x.XOpenDisplay.restype = c_void_p
x.XInternAtom.argtypes = [c_void_p, c_char_p, c_int]
x.XInternAtom.restype = c_ulong
x.XDefaultRootWindow.argtypes = [c_void_p]
x.XDefaultRootWindow.restype = c_ulong
x.XQueryTree.argtypes = [c_void_p, c_ulong] + [c_void_p] * 4
x.XGetWMProtocols.argtypes = [c_void_p, c_ulong, c_void_p, c_void_p]
x.XSendEvent.argtypes = [c_void_p, c_ulong, c_int, c_long, c_void_p]
x.XSync.argtypes = [c_void_p, c_int]


class ClientMessage(Structure):
    _fields_ = [('type', c_int), ('serial', c_ulong), ('send_event', c_int), ('display', c_void_p),
                ('window', c_ulong), ('message_type', c_ulong), ('format', c_int), ('data', c_long * 5)]


class Event(Union):
    _fields_ = [('client', ClientMessage), ('room', c_long * 24)]


display = x.XOpenDisplay(None)
protocols, delete = (x.XInternAtom(display, name, 0) for name in (b'WM_PROTOCOLS', b'WM_DELETE_WINDOW'))


def below(window):
    root, parent, children, count = c_ulong(), c_ulong(), POINTER(c_ulong)(), c_uint()
    x.XQueryTree(display, window, byref(root), byref(parent), byref(children), byref(count))
    return [children[n] for n in range(count.value)]


def understands_delete(window):
    atoms, count = POINTER(c_ulong)(), c_int()
    known = x.XGetWMProtocols(display, window, byref(atoms), byref(count))
    return known != 0 and delete in [atoms[n] for n in range(count.value)]


windows = [window for window in below(x.XDefaultRootWindow(display)) if understands_delete(window)]
for window in windows:
    event = Event(client=ClientMessage(33, 0, 1, display, window, protocols, 32, (c_long * 5)(delete, 0)))
    x.XSendEvent(display, window, 0, 0, byref(event))
x.XSync(display, 0)
print(len(windows))
