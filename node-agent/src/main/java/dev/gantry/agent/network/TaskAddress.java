package dev.gantry.agent.network;

import dev.gantry.agent.program.Program;
import java.io.IOException;
import java.util.Collection;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The address that every task asks about itself. It is this machine's own, and what tasks send to its port 80 goes to a port that is free: port 80
 * of all addresses may be somebody's.
 */
public final class TaskAddress {

    /** As AWS's own agent has it: client libraries know no other. */
    public static final String ADDRESS = "169.254.170.2";

    private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.@:-]{1,15}");

    private TaskAddress() {}

    /** Makes it an address of this machine, on which somebody can listen. */
    public static void take() throws IOException, InterruptedException {
        String _ = Program.of("ip", "address", "replace", ADDRESS + "/32", "dev", "lo", "scope", "host")
                .run("");
    }

    /**
     * Leads what comes from containers and from the machine itself to a port at the address.
     *
     * @param bridge of the engine's containers; those on the node's own network are led as well
     */
    public static void lead(String node, Collection<String> bridge, int port) throws IOException, InterruptedException {
        String _ = Program.of("nft", "-f", "-").run(script(node, bridge, port));
    }

    /** The table in the language of {@code nft}; it replaces the one before. Nobody else than containers of this node reaches the address. */
    static String script(String node, Collection<String> bridges, int port) {
        TreeSet<String> interfaces = new TreeSet<>(bridges);
        interfaces.add(NodeNetwork.name(node));
        // Nothing else comes into the script.
        String containers = interfaces.stream()
                .filter(name -> INTERFACE.matcher(name).matches())
                .map(name -> '"' + name + '"')
                .collect(Collectors.joining(", "));
        return """
            add table ip %1$s
            delete table ip %1$s
            table ip %1$s {
            	chain prerouting {
            		type nat hook prerouting priority -110; policy accept;
            		iifname { %2$s } ip daddr %3$s tcp dport 80 dnat to %3$s:%4$d
            	}
            	chain output {
            		type nat hook output priority -110; policy accept;
            		ip daddr %3$s tcp dport 80 dnat to %3$s:%4$d
            	}
            	chain input {
            		type filter hook input priority -10; policy accept;
            		ip daddr != %3$s accept
            		iifname { "lo", %2$s } tcp dport %4$d accept
            		iifname != "lo" tcp dport %4$d drop
            	}
            }
            """.formatted(KernelRules.table(node) + "_tasks", containers, ADDRESS, port);
    }
}
