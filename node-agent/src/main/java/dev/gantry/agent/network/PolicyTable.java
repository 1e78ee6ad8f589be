package dev.gantry.agent.network;

import dev.gantry.agent.program.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The table of policies in the kernel of this machine, by the machine's own programs. One thread at a time. */
final class PolicyTable implements PodGuard.Kernel {

    /** Whether what crosses a bridge between two of its ports is filtered as if it were forwarded. */
    private static final Path BRIDGED = Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables");

    private static final String MODULE = "br_netfilter";

    private final String node;

    PolicyTable(String node) {
        this.node = node;
    }

    @Override
    public void replace(String script) throws IOException, InterruptedException {
        try {
            filterBridges();
            String _ = Program.of("nft", "-f", "-").run(script);
        } catch (IOException e) {
            throw new IOException(
                    e.getMessage()
                            + " (it needs root, the program nft of the package nftables, and the kernel's module "
                            + MODULE + ")",
                    e);
        }
    }

    @Override
    public void remove() throws IOException, InterruptedException {
        String _ = Program.of("nft", "-f", "-").run(PolicyRules.removal(node));
    }

    /** Pods of one node speak over its bridge; without this the kernel's filter would see nothing of it. */
    private static void filterBridges() throws IOException, InterruptedException {
        if (!Files.exists(BRIDGED)) {
            String _ = Program.of("modprobe", MODULE).run("");
        }
        if (!Files.readString(BRIDGED).strip().equals("1")) {
            Files.writeString(BRIDGED, "1\n");
        }
    }
}
