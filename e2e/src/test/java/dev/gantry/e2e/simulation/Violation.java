package dev.gantry.e2e.simulation;

/** A promise was broken. */
final class Violation extends AssertionError {

    private static final long serialVersionUID = 1L;

    Violation(String rule, String what) {
        super(rule + ": " + what);
    }
}
