package dev.gantry.e2e.bed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Several machines on one link, all on this machine. The machine itself is on the link at {@link #GATEWAY}. */
public final class Hosts implements AutoCloseable {

    public static final String GATEWAY = "10.213.0.1";
    static final String BRIDGE = "gantrybr0";
    private static final String ACROSS = "FORWARD -i " + BRIDGE + " -o " + BRIDGE + " -j ACCEPT";

    private final Path home;
    private final List<Host> hosts = new ArrayList<>();

    private Hosts(Path home) {
        this.home = home;
    }

    /** Starts {@code count} hosts with the test image on each. Needs root. */
    public static Hosts start(int count) {
        return start(count, List.of("--live-restore"));
    }

    /** @param engineOptions of each host's {@code dockerd} */
    public static Hosts start(int count, List<String> engineOptions) {
        try {
            Hosts hosts = new Hosts(Files.createTempDirectory(Path.of("/var/tmp"), "gantry-hosts"));
            removeLeftovers();
            Runtime.getRuntime().addShutdownHook(new Thread(hosts::close));
            hosts.makeBridge();
            // An engine that starts waits more than it works.
            hosts.hosts.addAll(IntStream.rangeClosed(1, count)
                    .parallel()
                    .mapToObj(number -> hosts.make(number, engineOptions))
                    .toList());
            return hosts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Host get(int index) {
        return hosts.get(index);
    }

    public List<Host> all() {
        return List.copyOf(hosts);
    }

    @Override
    public void close() {
        hosts.parallelStream().forEach(host -> {
            host.engine().close();
            ip("netns", "del", host.namespace()).run();
        });
        hosts.clear();
        ip("link", "del", BRIDGE).run();
        Command.of(("iptables -D " + ACROSS).split(" ")).run();
        Command.of("rm", "-rf", home.toString()).run();
    }

    private void makeBridge() {
        ip("link", "add", BRIDGE, "type", "bridge").run().must();
        ip("addr", "add", GATEWAY + "/24", "dev", BRIDGE).run().must();
        ip("link", "set", BRIDGE, "up").run().must();
        // Where the machine filters what crosses a bridge, the hosts must still reach each other.
        Command.of(("iptables -I " + ACROSS).split(" ")).run();
    }

    /** A run that was killed leaves engines, which hold their namespaces. */
    private static void removeLeftovers() {
        String engines = """
            for pid in /var/tmp/gantry-hosts*/*/engine/docker.pid; do
              [ -f "$pid" ] && kill "$(cat "$pid")" && rm -f "$pid"
            done
            for link in $(ip -o link show type veth | grep -o 'gantryv[0-9]*'); do ip link del "$link"; done
            for name in $(ip netns list | grep -o '^gantry[0-9]*'); do ip netns del "$name"; done
            ip link del %s
            """.formatted(BRIDGE);
        Command.of("sh", "-c", engines).run();
    }

    private Host make(int number, List<String> engineOptions) {
        String namespace = "gantry" + number;
        String address = "10.213.0.1" + number;
        String cable = "gantryv" + number;
        ip("netns", "add", namespace).run().must();
        ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace)
                .run()
                .must();
        ip("link", "set", cable, "master", BRIDGE, "up").run().must();
        ip("-n", namespace, "link", "set", "lo", "up").run().must();
        ip("-n", namespace, "addr", "add", address + "/24", "dev", "eth0").run().must();
        ip("-n", namespace, "link", "set", "eth0", "up").run().must();
        ip("-n", namespace, "route", "add", "default", "via", GATEWAY).run().must();
        Path place = home.resolve(namespace);
        Engine engine = Engine.start(place.resolve("engine"), namespace, "10.214." + number + ".1/24", engineOptions);
        engine.importBusybox();
        return new Host(namespace, address, place, engine);
    }

    private static Command ip(String... words) {
        List<String> all = new ArrayList<>(List.of("ip"));
        all.addAll(List.of(words));
        return Command.of(all.toArray(String[]::new));
    }
}
