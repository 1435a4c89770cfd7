package dev.guard.bench.outage;

/** A way in which a store is away. */
public enum Fault {
    /** Its process is stopped: connections stay open, new ones are accepted, nothing is answered. It goes on where it was. */
    STOPPED("the store is stopped (SIGSTOP)"),
    /** Its connections are reset, and new ones refused. */
    REFUSED("the store's port refuses"),
    /** What callers send arrives, and nothing comes back until the outage is over; then all of it does. */
    BLACKHOLE("the store's answers do not arrive"),
    /**
     * Nothing arrives, either way, on connections that were there or are made meanwhile, and never does; nor are they closed. New ones
     * work after the outage. So does a firewall that lost its table.
     */
    FORGOTTEN("the network forgets connections");

    private final String label;

    Fault(String label) {
        this.label = label;
    }

    /** In words, after "while". */
    public String label() {
        return label;
    }
}
