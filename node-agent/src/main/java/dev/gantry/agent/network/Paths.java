package dev.gantry.agent.network;

import dev.gantry.agent.RouteBook;
import dev.gantry.agent.program.Program;
import dev.gantry.proto.Peer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Tells the kernel which ways there are, by the machine's own programs. One thread at a time. */
final class Paths {

    /** Marks the routes that were made here, so that they are found again. */
    private static final String PROTOCOL = "71";

    private static final String USER_CHAIN = "DOCKER-USER";

    /** Lets containers of all nodes reach each other, with their own addresses. */
    void open(String node, RouteBook book) throws IOException, InterruptedException {
        String range = book.range();
        if (hasUserChain()) {
            ensure(List.of(USER_CHAIN, "-s", range, "-j", "ACCEPT"), List.of());
            ensure(List.of(USER_CHAIN, "-d", range, "-j", "ACCEPT"), List.of());
        }
        // What leaves the cluster goes out with the node's address, as the engine sees to; the rest does not.
        ensure(List.of("POSTROUTING", "-s", range, "-d", range, "-j", "ACCEPT"), List.of("-t", "nat"));
        routes(node, book.peers());
    }

    private static void routes(String node, Map<String, Peer> peers) throws IOException, InterruptedException {
        Peer self = peers.get(node);
        if (self == null) {
            return;
        }
        // Another agent on the same machine has its containers here.
        List<Peer> others = peers.values().stream()
                .filter(peer -> !peer.getAddress().equals(self.getAddress()))
                .toList();
        Reach reach = Reach.of(others);
        List<Peer> far = others.stream()
                .filter(peer -> reach.routed().contains(peer.getAddress()))
                .toList();
        Tunnel tunnel = new Tunnel(node);
        tunnel.bring(self, far);
        Map<String, Way> wanted = new TreeMap<>();
        others.stream()
                .filter(peer -> reach.direct().contains(peer.getAddress()))
                .forEach(peer -> wanted.put(peer.getSubnet(), new Way(peer.getAddress(), "")));
        far.forEach(peer -> wanted.put(peer.getSubnet(), new Way(Tunnel.end(peer), tunnel.device())));
        Map<String, Way> there = Way.there(PROTOCOL);
        for (Map.Entry<String, Way> way : wanted.entrySet()) {
            if (!way.getValue().isSame(there.get(way.getKey()))) {
                way.getValue().set(way.getKey(), PROTOCOL);
            }
        }
        // What cannot be reached at the moment keeps the way that it had.
        Set<String> known = others.stream().map(Peer::getSubnet).collect(Collectors.toSet());
        for (String subnet : there.keySet()) {
            if (!known.contains(subnet)) {
                String _ = Program.of("ip", "route", "del", subnet, "proto", PROTOCOL)
                        .run("");
            }
        }
    }

    /**
     * How the machine reaches others at the moment; what it cannot reach is in neither.
     *
     * @param direct addresses on its own links
     * @param routed addresses behind routers, who would not know where containers are
     */
    private record Reach(Set<String> direct, Set<String> routed) {

        static Reach of(List<Peer> peers) throws IOException, InterruptedException {
            Set<String> direct = new HashSet<>();
            Set<String> routed = new HashSet<>();
            String batch = peers.stream()
                    .map(peer -> "route get " + peer.getAddress() + "\n")
                    .distinct()
                    .collect(Collectors.joining());
            if (!batch.isEmpty()) {
                Program.of("ip", "-force", "-o", "-batch", "-")
                        .said(batch)
                        .lines()
                        .filter(line -> line.contains(" dev "))
                        .forEach(line -> (line.contains(" via ") ? routed : direct)
                                .add(line.strip().split("\\s+")[0]));
            }
            return new Reach(direct, routed);
        }
    }

    /** Leads addresses of services to containers. */
    void lead(Place here, RouteBook book) throws IOException, InterruptedException {
        if (book.routes().isEmpty()) {
            String _ = Program.of("nft", "-f", "-").run(KernelRules.removal(here.node()));
            return;
        }
        String _ = Program.of("nft", "-f", "-").run(KernelRules.script(here, book.all()));
        if (hasUserChain()) {
            // Docker lets nothing through to containers but what it published itself, and what this chain says.
            ensure(
                    List.of(USER_CHAIN, "-o", here.bridge(), "-m", "conntrack", "--ctstate", "DNAT", "-j", "ACCEPT"),
                    List.of());
        }
        letReturn(here);
    }

    /** Where the machine filters what crosses a bridge, a container reaches itself only over a port that sends back what it got. */
    private static void letReturn(Place here) throws IOException, InterruptedException {
        String ports =
                Program.of("ip", "-o", "link", "show", "master", here.bridge()).run("");
        String batch = ports.lines()
                .map(line -> line.split(":\\s+", 3))
                .filter(parts -> parts.length == 3)
                .map(parts -> "link set dev " + parts[1].replaceFirst("@.*", "") + " type bridge_slave hairpin on")
                .collect(Collectors.joining("\n", "", "\n"));
        if (!batch.isBlank()) {
            // A container that ended meanwhile has no port any more, and that is well.
            boolean _ = isDone(Program.of("ip", "-force", "-batch", "-"), batch);
        }
    }

    /** An engine that touches no rules has no such chain, and blocks nothing either. */
    private static boolean hasUserChain() throws IOException, InterruptedException {
        return isDone(iptables("-L", List.of(USER_CHAIN, "-n"), List.of()), "");
    }

    /** Puts a rule first in its chain, unless it is there. */
    private static void ensure(List<String> rule, List<String> options) throws IOException, InterruptedException {
        if (!isDone(iptables("-C", rule, options), "")) {
            String _ = iptables("-I", rule, options).run("");
        }
    }

    private static Program iptables(String command, List<String> rule, List<String> options) {
        List<String> words = new ArrayList<>(List.of("iptables", "-w", "5"));
        words.addAll(options);
        words.add(command);
        words.addAll(rule);
        return new Program(words);
    }

    private static boolean isDone(Program program, String input) throws IOException, InterruptedException {
        try {
            String _ = program.run(input);
            return true;
        } catch (Program.FailedException _) {
            return false;
        }
    }
}
