package dev.gantry.e2e.bed;

import java.nio.file.Path;
import java.util.List;

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

    /** Everything that leaves or arrives is lost with this probability, each packet by itself. */
    public void lose(double probability) {
        for (String chain : List.of("INPUT -i", "OUTPUT -o")) {
            rule("-I " + chain + " eth0 -m statistic --mode random --probability " + probability + " -j DROP");
        }
    }

    /** What the others send does not arrive; what this one sends does. */
    public void deafen() {
        rule("-I INPUT -i eth0 -j DROP");
    }

    /** This host cannot connect to that port of the machine's, and is told so at once. */
    public void forbid(int port) {
        rule("-I OUTPUT -p tcp -d " + Hosts.GATEWAY + " --dport " + port + " -j REJECT --reject-with tcp-reset");
    }

    /** The other one is a neighbour no longer, but reached through the machine, which hands on between them. */
    public void parted(Host other) {
        Command.of(
                        "sysctl",
                        "-qw",
                        "net.ipv4.conf." + Hosts.BRIDGE + ".forwarding=1",
                        "net.ipv4.conf." + Hosts.BRIDGE + ".send_redirects=0")
                .run()
                .must();
        Command.of("ip", "-n", namespace, "route", "replace", other.address() + "/32", "via", Hosts.GATEWAY)
                .run()
                .must();
    }

    /** It is a neighbour again. */
    public void joined(Host other) {
        Command.of("ip", "-n", namespace, "route", "del", other.address() + "/32")
                .run()
                .must();
    }

    /** Takes back what the others did. */
    public void clear() {
        rule("-F INPUT");
        rule("-F OUTPUT");
    }

    private void rule(String words) {
        Command.of(("iptables " + words).split(" "))
                .inNamespace(namespace)
                .run()
                .must();
    }

    public void mend() {
        Command.of("ip", "-n", namespace, "link", "set", "eth0", "up").run().must();
        Command.of("ip", "-n", namespace, "route", "replace", "default", "via", Hosts.GATEWAY)
                .run()
                .must();
    }
}
