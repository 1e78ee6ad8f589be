package dev.gantry.agent.network;

import dev.gantry.agent.RouteBook;
import dev.gantry.proto.AddressRange;
import dev.gantry.proto.LabelRule;
import dev.gantry.proto.LabelSelector;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.NamedPort;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.proto.PolicyPort;
import dev.gantry.proto.PolicyRule;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.Routes;

/** Policies and pods as a test wants them, all in the namespace shop. */
final class Policies {

    private Policies() {}

    /** Of the pods whose label {@code app} says so. */
    static NetworkPolicy.Builder of(String name, String app) {
        return NetworkPolicy.newBuilder()
                .setCluster("default")
                .setNamespace("shop")
                .setName(name)
                .setPods(LabelSelector.newBuilder()
                        .addRules(LabelRule.newBuilder()
                                .setKey("app")
                                .setOperator(LabelRule.Operator.IN)
                                .addValues(app)));
    }

    static PolicyRule.Builder from(String first, String last) {
        return PolicyRule.newBuilder()
                .addPeers(AddressRange.newBuilder().setFirst(number(first)).setLast(number(last)));
    }

    static PolicyRule.Builder fromAnybody() {
        return PolicyRule.newBuilder().setAnyPeer(true);
    }

    static PolicyPort port(Protocol protocol, int first, int last) {
        return PolicyPort.newBuilder()
                .setProtocol(protocol)
                .setFirst(first)
                .setLast(last)
                .build();
    }

    static PolicyPort port(String name) {
        return PolicyPort.newBuilder().setName(name).build();
    }

    static int number(String address) {
        int number = 0;
        for (String part : address.split("\\.")) {
            number = number << 8 | Integer.parseInt(part);
        }
        return number;
    }

    /** With the port {@code http}, 8080. */
    static LocalPod pod(String app, String address) {
        return LocalPod.newBuilder()
                .setCluster("default")
                .setNamespace("shop")
                .putLabels("app", app)
                .addPorts(NamedPort.newBuilder().setName("http").setPort(8080))
                .setAddress(address)
                .build();
    }

    static RouteBook book(NetworkPolicy.Builder... policies) {
        Routes.Builder news = Routes.newBuilder().setFull(true);
        for (NetworkPolicy.Builder policy : policies) {
            news.addPolicies(policy);
        }
        return RouteBook.EMPTY.after(news.build());
    }
}
