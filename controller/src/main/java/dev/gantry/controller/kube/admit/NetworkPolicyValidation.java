package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Cidr;
import java.util.List;
import java.util.Optional;

/** Finds why a network policy is refused. */
record NetworkPolicyValidation(Findings findings, JsonNode spec) {

    private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");
    private static final List<String> TYPES = List.of("Ingress", "Egress");

    void check() {
        selector(spec.path("podSelector"), "spec.podSelector");
        rules("ingress", "from");
        rules("egress", "to");
        JsonNode types = spec.path("policyTypes");
        if (types.size() > TYPES.size()) {
            findings.invalid("spec.policyTypes", types, "may not specify more than two policyTypes");
            return;
        }
        for (int i = 0; i < types.size(); i++) {
            findings.oneOf("spec.policyTypes[" + i + "]", types.get(i), TYPES);
        }
    }

    private void rules(String direction, String side) {
        for (int i = 0; i < spec.path(direction).size(); i++) {
            JsonNode rule = spec.path(direction).get(i);
            String at = "spec." + direction + "[" + i + "]";
            for (int j = 0; j < rule.path("ports").size(); j++) {
                port(rule.path("ports").get(j), at + ".ports[" + j + "]");
            }
            for (int j = 0; j < rule.path(side).size(); j++) {
                peer(rule.path(side).get(j), at + "." + side + "[" + j + "]");
            }
        }
    }

    private void port(JsonNode port, String at) {
        findings.oneOf(at + ".protocol", port.path("protocol"), PROTOCOLS);
        JsonNode number = port.path("port");
        JsonNode end = port.path("endPort");
        boolean isRange = port.hasNonNull("endPort");
        if (number.isNumber()) {
            findings.port(at + ".port", number);
            if (isRange) {
                if (end.asInt() < number.asInt()) {
                    findings.invalid(at + ".endPort", end, "must be greater than or equal to `port`");
                }
                findings.port(at + ".endPort", end);
            }
        } else if (number.isTextual()) {
            if (isRange) {
                findings.invalid(at + ".endPort", end, "may not be specified when `port` is non-numeric");
            }
            String name = number.asText();
            Names.PORT.problem(name).ifPresent(problem -> findings.invalid(at + ".port", name, problem));
        } else if (isRange) {
            findings.invalid(at + ".endPort", end, "may not be specified when `port` is not specified");
        }
    }

    private void peer(JsonNode peer, String at) {
        boolean isBlock = peer.hasNonNull("ipBlock");
        boolean isSelected = false;
        for (String name : List.of("podSelector", "namespaceSelector")) {
            if (peer.hasNonNull(name)) {
                isSelected = true;
                selector(peer.path(name), at + "." + name);
            }
        }
        if (isBlock) {
            block(peer.path("ipBlock"), at + ".ipBlock");
        }
        if (!isBlock && !isSelected) {
            findings.required(at, "must specify a peer");
        } else if (isBlock && isSelected) {
            findings.forbidden(at, "may not specify both ipBlock and another peer");
        }
    }

    private void selector(JsonNode selector, String at) {
        new SelectorValidation(findings).check(selector, at);
    }

    private void block(JsonNode block, String at) {
        String text = block.path("cidr").asText();
        if (text.isEmpty()) {
            findings.required(at + ".cidr", "");
            return;
        }
        Optional<Cidr> whole = findings.block(at + ".cidr", text);
        for (int i = 0; i < block.path("except").size(); i++) {
            String without = block.path("except").get(i).asText();
            String path = at + ".except[" + i + "]";
            Optional<Cidr> part = findings.block(path, without);
            boolean isOutside = whole.isPresent()
                    && part.filter(found -> !whole.get().holdsPart(found)).isPresent();
            if (isOutside) {
                findings.invalid(path, without, "must be a strict subset of `cidr`");
            }
        }
    }
}
