package dev.gantry.e2e.bed;

import java.nio.file.Path;

/**
 * A machine of the test: a network namespace with an address on a common bridge, and an engine of its own.
 *
 * @param namespace name of the network namespace
 * @param address   IPv4 address at which the others reach it
 */
public record Host(String namespace, String address, Path home, Engine engine) {

    /** Silences the host: nothing leaves it nor arrives, while everything on it goes on. */
    public void cut() {
        Command.of("ip", "-n", namespace, "link", "set", "eth0", "down").run().must();
    }

    public void mend() {
        Command.of("ip", "-n", namespace, "link", "set", "eth0", "up").run().must();
        Command.of("ip", "-n", namespace, "route", "replace", "default", "via", Hosts.GATEWAY)
                .run()
                .must();
    }
}
