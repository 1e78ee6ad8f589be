package dev.gantry.agent.network;

import dev.gantry.agent.program.Program;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the kernel gets to a subnet.
 *
 * @param gateway IPv4
 * @param device  empty for the one at which the gateway is a neighbour; of any other one it needs not be one
 */
record Way(String gateway, String device) {

    /** Those that are marked, by their subnets. */
    static Map<String, Way> there(String protocol) throws IOException, InterruptedException {
        Map<String, Way> there = new TreeMap<>();
        Program.of("ip", "-o", "route", "show", "proto", protocol)
                .run("")
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 4 && words[1].equals("via") && words[3].equals("dev"))
                .forEach(words -> there.put(words[0], new Way(words[2], words[4])));
        return there;
    }

    /** Whether the kernel goes this way. */
    boolean isSame(@Nullable Way there) {
        return there != null && there.gateway.equals(gateway) && (device.isEmpty() || there.device.equals(device));
    }

    void set(String subnet, String protocol) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("ip", "route", "replace", subnet, "via", gateway));
        if (!device.isEmpty()) {
            words.addAll(List.of("dev", device, "onlink"));
        }
        words.addAll(List.of("proto", protocol));
        String _ = new Program(words).run("");
    }
}
