package dev.gantry.e2e.faults;

/**
 * One call on one register, as its client saw it.
 *
 * @param value      what was written, or what was read
 * @param invoked    a moment before it was sent, in nanoseconds of one clock
 * @param returned   a moment after its answer came; {@link #NEVER} when nobody knows whether it was carried out
 */
record Operation(Kind kind, String value, long invoked, long returned) {

    static final long NEVER = Long.MAX_VALUE;

    enum Kind {
        READ,
        WRITE
    }

    static Operation write(String value, long invoked, long returned) {
        return new Operation(Kind.WRITE, value, invoked, returned);
    }

    static Operation read(String value, long invoked, long returned) {
        return new Operation(Kind.READ, value, invoked, returned);
    }

    boolean isWrite() {
        return kind == Kind.WRITE;
    }

    /** Whether it was answered. */
    boolean isKnown() {
        return returned != NEVER;
    }
}
