package dev.gantry.e2e.faults;

/**
 * A situation in which a controller is killed.
 *
 * @param arrange brings it about, and answers what must hold when the next controller serves
 */
record KillPoint(String name, Arrangement arrange) {

    @FunctionalInterface
    interface Arrangement {
        Check make(Scene scene) throws Exception;
    }

    @FunctionalInterface
    interface Check {
        void run() throws Exception;
    }
}
