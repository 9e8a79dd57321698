"""Resident memory of the calling process (Linux)."""


def status_bytes(field):
    with open("/proc/self/status", encoding="ascii") as lines:
        for line in lines:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    raise KeyError(field)


def peak_rss_bytes():
    """Highest resident memory since the process started or reset_peak_rss() was called."""
    return status_bytes("VmHWM")


def reset_peak_rss():
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
