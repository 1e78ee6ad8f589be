package dev.gantry.controller.kube.owner;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Numbers in a status that upstream leaves out where they are zero. */
public final class Counts {

    private Counts() {}

    public static void put(ObjectNode status, String member, long count) {
        if (count > 0) {
            status.put(member, (int) count);
        }
    }
}
