package dev.gantry.controller.kube.networkpolicy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Cidr;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.select.LabelSelector;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whom a rule of a policy is about. */
sealed interface PolicyPeer {

    /**
     * Pods with these labels.
     *
     * @param namespaces in namespaces with these labels; empty for the policy's own
     */
    record Selected(LabelSelector pods, Optional<LabelSelector> namespaces) implements PolicyPeer {}

    /** Whoever has one of these addresses. */
    record Block(Cidr whole, List<Cidr> without) implements PolicyPeer {}

    /** Those of IPv6 are left out: nobody here has such an address. */
    static List<PolicyPeer> of(JsonNode peers) {
        return peers.valueStream().flatMap(PolicyPeer::read).toList();
    }

    private static Stream<PolicyPeer> read(JsonNode peer) {
        if (!peer.hasNonNull("ipBlock")) {
            JsonNode namespaces = peer.path("namespaceSelector");
            return Stream.of(new Selected(
                    LabelSelector.of(peer.path("podSelector")),
                    namespaces.isObject() ? Optional.of(LabelSelector.of(namespaces)) : Optional.empty()));
        }
        List<Cidr> without = Json.texts(peer.path("ipBlock").path("except")).stream()
                .flatMap(text -> Cidr.parse(text).stream())
                .toList();
        return Cidr.parse(peer.path("ipBlock").path("cidr").asText())
                .filter(Cidr::isIpv4)
                .<PolicyPeer>map(whole -> new Block(whole, without))
                .stream();
    }
}
