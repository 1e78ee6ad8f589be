package dev.gantry.agent.network;

import dev.gantry.agent.program.Program;
import dev.gantry.proto.Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what is for containers of nodes behind routers, who would not know the way, to these nodes in packets of their own: VXLAN (RFC 7348),
 * with neighbours that are all known beforehand. Nothing in it is encrypted. One thread at a time.
 */
final class Tunnel {

    /** UDP, on every node. */
    static final int PORT = 4568;

    private static final Logger log = LoggerFactory.getLogger(Tunnel.class);
    private static final int NETWORK = PORT;
    // IPv4, UDP, VXLAN, and the frame inside.
    private static final int HEADERS_BYTES = 50;
    private static final int MTU_MIN = 576;

    private final String node;
    private final String device;

    Tunnel(String node) {
        this.node = node;
        this.device = "gvxlan" + node.substring(0, Math.min(node.length(), 8));
    }

    String device() {
        return device;
    }

    /** The address that stands for a node in its tunnel: the first of its subnet, which no container has. */
    static String end(Peer peer) {
        return peer.getSubnet().replaceFirst("/.*", "");
    }

    /** What the node's end of the tunnel is called on the link, which all work out alike. */
    static String hardware(Peer peer) {
        StringBuilder address = new StringBuilder("02:67");
        for (String part : end(peer).split("\\.")) {
            address.append(String.format(Locale.ROOT, ":%02x", Integer.parseInt(part)));
        }
        return address.toString();
    }

    /** Lets the tunnel reach these nodes; without any it goes. */
    void bring(Peer self, Collection<Peer> far) throws IOException, InterruptedException {
        if (far.isEmpty()) {
            close();
            return;
        }
        String shown = shown();
        if (!shown.contains(" local " + self.getAddress() + " ")) {
            remove(shown);
            make(self);
        }
        String _ = Program.of("nft", "-f", "-").run(guard(far));
        neighbours(far);
    }

    /** What the kernel says of the device; empty when there is none. */
    private String shown() throws IOException, InterruptedException {
        return Program.of("ip", "-d", "-o", "link", "show", "type", "vxlan")
                .run("")
                .lines()
                .filter(line -> line.contains(" " + device + ": "))
                .findFirst()
                .orElse("");
    }

    private void remove(String shown) throws IOException, InterruptedException {
        if (!shown.isEmpty()) {
            String _ = Program.of("ip", "link", "del", device).run("");
        }
    }

    private void make(Peer self) throws IOException, InterruptedException {
        String vxlan = String.join(
                " ",
                "link add",
                device,
                "address",
                hardware(self),
                "mtu",
                Integer.toString(mtu(self)),
                "type vxlan id",
                Integer.toString(NETWORK),
                "dstport",
                Integer.toString(PORT),
                "local",
                self.getAddress(),
                "nolearning");
        String script = String.join(
                "\n", vxlan, "addr add " + end(self) + "/32 dev " + device, "link set " + device + " up", "");
        String _ = Program.of("ip", "-batch", "-").run(script);
        log.info("reaches nodes behind routers through {}, UDP port {}", device, PORT);
    }

    /** Of what the machine's own link carries, what is left for packets within packets. */
    private static int mtu(Peer self) throws IOException {
        NetworkInterface link = NetworkInterface.getByInetAddress(InetAddress.getByName(self.getAddress()));
        if (link == null) {
            throw new IOException("no network interface of this machine has the address " + self.getAddress()
                    + ", at which it joined; nodes behind routers cannot be reached");
        }
        return Math.max(MTU_MIN, link.getMTU() - HEADERS_BYTES);
    }

    private String table() {
        return KernelRules.table(node) + "_tunnel";
    }

    /** Only nodes send packets into the cluster, and connections know how much goes into one. */
    private String guard(Collection<Peer> far) {
        String peers = far.stream().map(Peer::getAddress).distinct().sorted().collect(Collectors.joining(", "));
        return """
            add table ip %1$s
            delete table ip %1$s
            table ip %1$s {
            	set nodes { type ipv4_addr; elements = { %2$s } }
            	chain input {
            		type filter hook input priority -5; policy accept;
            		udp dport %3$d ip saddr != @nodes drop
            	}
            	chain forward {
            		type filter hook forward priority -5; policy accept;
            		oifname "%4$s" tcp flags syn tcp option maxseg size set rt mtu
            	}
            }
            """.formatted(table(), peers, PORT, device);
    }

    private void neighbours(Collection<Peer> far) throws IOException, InterruptedException {
        StringBuilder ends = new StringBuilder();
        StringBuilder ways = new StringBuilder();
        Set<String> wanted = new HashSet<>();
        for (Peer peer : far) {
            String hardware = hardware(peer);
            wanted.add(hardware + " dst " + peer.getAddress());
            ends.append("neigh replace " + end(peer) + " lladdr " + hardware + " dev " + device + " nud permanent\n");
            ways.append("fdb replace " + hardware + " dev " + device + " dst " + peer.getAddress() + "\n");
        }
        for (String way : ways()) {
            if (!wanted.contains(way)) {
                ways.insert(0, "fdb del " + way.replaceFirst(" dst ", " dev " + device + " dst ") + "\n");
            }
        }
        String _ = Program.of("bridge", "-batch", "-").run(ways.toString());
        String _ = Program.of("ip", "-batch", "-").run(ends.toString());
    }

    /** What the kernel knows, "hardware address dst address". */
    private List<String> ways() throws IOException, InterruptedException {
        return Program.of("bridge", "fdb", "show", "dev", device)
                .run("")
                .lines()
                .map(line -> line.split("\\s+"))
                .filter(words -> words.length > 2 && words[1].equals("dst"))
                .map(words -> words[0] + " dst " + words[2])
                .toList();
    }

    private void close() throws IOException, InterruptedException {
        String shown = shown();
        if (!shown.isEmpty()) {
            remove(shown);
            String _ =
                    Program.of("nft", "-f", "-").run("add table ip " + table() + "\ndelete table ip " + table() + "\n");
        }
    }
}
