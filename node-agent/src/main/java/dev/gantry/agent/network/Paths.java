package dev.gantry.agent.network;

import dev.gantry.agent.RouteBook;
import dev.gantry.proto.Peer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the kernel which ways there are, by the machine's own programs. One thread at a time. */
final class Paths {

    private static final Logger log = LoggerFactory.getLogger(Paths.class);

    /** Marks the routes that were made here, so that they are found again. */
    private static final String PROTOCOL = "71";

    private static final String USER_CHAIN = "DOCKER-USER";

    private final Set<String> complaints = new HashSet<>();

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

    private void routes(String node, Map<String, Peer> peers) throws IOException, InterruptedException {
        Peer self = peers.get(node);
        Map<String, String> wanted = new TreeMap<>();
        peers.values().stream()
                // Another agent on the same machine has its containers here.
                .filter(peer -> self == null || !peer.getAddress().equals(self.getAddress()))
                .forEach(peer -> wanted.put(peer.getSubnet(), peer.getAddress()));
        Map<String, String> there = new TreeMap<>();
        Program.of("ip", "-o", "route", "show", "proto", PROTOCOL)
                .run("")
                .lines()
                .map(line -> line.split("\\s+"))
                .filter(words -> words.length > 2 && words[1].equals("via"))
                .forEach(words -> there.put(words[0], words[2]));
        for (Map.Entry<String, String> way : wanted.entrySet()) {
            boolean isMissing = !way.getValue().equals(there.get(way.getKey()));
            if (isMissing && isNeighbour(way.getKey(), way.getValue())) {
                String _ = Program.of("ip", "route", "replace", way.getKey(), "via", way.getValue(), "proto", PROTOCOL)
                        .run("");
            }
        }
        for (String subnet : there.keySet()) {
            if (!wanted.containsKey(subnet)) {
                String _ = Program.of("ip", "route", "del", subnet, "proto", PROTOCOL)
                        .run("");
            }
        }
    }

    /** A router in between would not know where the subnet is. */
    private boolean isNeighbour(String subnet, String address) throws InterruptedException {
        String problem;
        try {
            String way = Program.of("ip", "-o", "route", "get", address).run("");
            if (!way.contains(" via ")) {
                complaints.remove(subnet);
                return true;
            }
            problem = "it is behind a router";
        } catch (IOException e) {
            problem = String.valueOf(e.getMessage());
        }
        if (complaints.add(subnet)) {
            log.warn("Pods in {} on the node at {} cannot be reached from here: {}", subnet, address, problem);
        }
        return false;
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
