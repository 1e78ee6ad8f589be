package dev.gantry.agent.ingress;

import java.util.List;

/** What a host is called in rules and certificates. */
final class HostNames {

    private HostNames() {}

    /** From the one that fits best to the one that always fits: itself, the same with its first label free, every host. */
    static List<String> fitting(String host) {
        int dot = host.indexOf('.');
        return dot > 0 ? List.of(host, "*" + host.substring(dot), "") : List.of(host, "");
    }
}
