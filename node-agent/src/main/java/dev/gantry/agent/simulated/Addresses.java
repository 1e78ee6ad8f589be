package dev.gantry.agent.simulated;

import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineException.Kind;
import java.util.BitSet;

/**
 * Addresses for containers that do not run, each different within a process: of the range 198.18.0.0/15, which is there for tests of
 * networks (RFC 2544). Nobody answers at them.
 */
public final class Addresses {

    private static final int FIRST = 198 << 24 | 18 << 16;
    private static final int COUNT = 1 << 17;

    private final BitSet taken = new BitSet(COUNT);
    private int next = 1;

    /** A free one, and not one that was given back a moment ago. */
    synchronized String take() {
        int free = taken.nextClearBit(next);
        if (free >= COUNT - 1) {
            free = taken.nextClearBit(1);
        }
        if (free >= COUNT - 1) {
            throw new EngineException(
                    Kind.FAILED, "all " + (COUNT - 2) + " addresses of this process's simulated containers are taken");
        }
        taken.set(free);
        next = free + 1;
        int address = FIRST + free;
        return (address >>> 24) + "." + (address >>> 16 & 0xFF) + "." + (address >>> 8 & 0xFF) + "." + (address & 0xFF);
    }

    synchronized void giveBack(String address) {
        int number = 0;
        for (String part : address.split("\\.")) {
            number = number << 8 | Integer.parseInt(part);
        }
        taken.clear(number - FIRST);
    }
}
