package dev.gantry.controller.scheduler;

import static dev.gantry.controller.scheduler.Reason.Filter.ADMINISTRATION;
import static dev.gantry.controller.scheduler.Reason.Filter.ARCHITECTURE;
import static dev.gantry.controller.scheduler.Reason.Filter.ATTRIBUTES;
import static dev.gantry.controller.scheduler.Reason.Filter.CPU;
import static dev.gantry.controller.scheduler.Reason.Filter.DEVICES;
import static dev.gantry.controller.scheduler.Reason.Filter.DISTINCT_INSTANCE;
import static dev.gantry.controller.scheduler.Reason.Filter.MEMBER_OF;
import static dev.gantry.controller.scheduler.Reason.Filter.MEMORY;
import static dev.gantry.controller.scheduler.Reason.Filter.PORTS;
import static dev.gantry.controller.scheduler.Reason.Filter.READINESS;
import static dev.gantry.controller.scheduler.Reason.Filter.TAINTS;

import dev.gantry.controller.resource.Taints;
import dev.gantry.controller.scheduler.Demand.Group;
import dev.gantry.controller.scheduler.Reason.Filter;
import dev.gantry.controller.scheduler.query.ClusterQuery;
import dev.gantry.controller.scheduler.query.QueryException;
import dev.gantry.proto.Administration;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Resources;
import dev.gantry.proto.Toleration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The questions that one demand has for a node, cheapest and most lasting first. */
final class Checks {

    private static final String NO_MEMBER = "MemberOf placement constraint unsatisfied.";
    private static final String ARCHITECTURE_ATTRIBUTE = "ecs.cpu-architecture";

    private final List<Check> lasting;
    private final List<Check> passing;

    private Checks(List<Check> all) {
        this.lasting = all.stream().filter(Check::lasting).toList();
        this.passing = all.stream().filter(check -> !check.lasting()).toList();
    }

    static Checks of(Demand demand) {
        List<Check> all = new ArrayList<>(List.of(administration(demand), readiness(demand)));
        demand.tolerations().ifPresent(tolerations -> all.add(taints(tolerations)));
        demand.requiredAttributes().forEach(name -> all.add(attribute(name)));
        if (!demand.architecture().isEmpty()) {
            all.add(architecture(demand.architecture()));
        }
        demand.constraints().forEach(constraint -> all.add(constraint(constraint, demand)));
        Resources needs = demand.resources();
        needs.getDevicesMap().forEach((name, number) -> all.add(devices(name, number)));
        if (needs.getCpuUnits() > 0) {
            all.add(cpu(needs.getCpuUnits()));
        }
        if (needs.getMemoryBytes() > 0) {
            all.add(memory(needs.getMemoryBytes()));
        }
        if (needs.getTcpPortsCount() + needs.getUdpPortsCount() > 0) {
            all.add(ports(needs));
        }
        return new Checks(all);
    }

    /** Whether the node's record suits; true until the record changes. */
    boolean admitForLong(NodeState node) {
        return all(lasting, node);
    }

    /** Whether what runs on the node leaves room. */
    boolean admitNow(NodeState node) {
        return all(passing, node);
    }

    /** The same questions, and more of them. */
    Checks and(List<Check> more) {
        return new Checks(
                Stream.of(lasting, passing, more).flatMap(List::stream).toList());
    }

    /** Whether the node's record suits, as far as these filters go. */
    boolean admit(NodeState node, Set<Filter> filters) {
        for (Check check : lasting) {
            if (filters.contains(check.filter()) && !check.admits().test(node)) {
                return false;
            }
        }
        return true;
    }

    boolean admit(NodeState node) {
        return admitForLong(node) && admitNow(node);
    }

    List<Check> failing(NodeState node) {
        return Stream.concat(lasting.stream(), passing.stream())
                .filter(check -> !check.admits().test(node))
                .toList();
    }

    /** The first of them, without asking the others. */
    Optional<Check> firstFailing(NodeState node) {
        return first(lasting, node).or(() -> first(passing, node));
    }

    List<Reason> reasons(NodeState node) {
        return failing(node).stream().map(check -> check.reason(node)).toList();
    }

    private static boolean all(List<Check> checks, NodeState node) {
        // A plain loop: this is where the scheduler spends its time.
        for (Check check : checks) {
            if (!check.admits().test(node)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<Check> first(List<Check> checks, NodeState node) {
        for (Check check : checks) {
            if (!check.admits().test(node)) {
                return Optional.of(check);
            }
        }
        return Optional.empty();
    }

    private static Check administration(Demand demand) {
        boolean ignoresCordon = demand.tolerations()
                .filter(tolerations -> Taints.admit(List.of(Taints.UNSCHEDULABLE), tolerations))
                .isPresent();
        return new Check(
                true,
                ADMINISTRATION,
                "INACTIVE",
                node -> node.node().getAdministration() == Administration.ACTIVE
                        && (ignoresCordon || !node.node().getCordoned()),
                node -> "is "
                        + (node.node().getCordoned() ? "cordoned" : node.node().getAdministration())
                        + " and takes no new tasks");
    }

    private static Check readiness(Demand demand) {
        boolean mayComeFirst = !demand.requiredNode().isEmpty();
        return new Check(
                true,
                READINESS,
                "AGENT",
                node -> node.node().getReadiness() == Readiness.READY
                        && (mayComeFirst || !node.node().getAwaitsDaemons()),
                node -> switch (node.node().getReadiness()) {
                    case UNREACHABLE -> "its agent is silent (UNREACHABLE)";
                    case LOST -> "its agent is silent for long (LOST)";
                    case READY -> "has just joined, and what runs on every node of its cluster comes first";
                    default -> "its agent was not heard of yet";
                });
    }

    private static Check taints(List<Toleration> tolerations) {
        return new Check(
                true,
                TAINTS,
                "TAINT",
                node -> Taints.admit(node.node().getTaintsList(), tolerations),
                node -> "has a taint that the pod does not tolerate: "
                        + node.node().getTaintsList().stream()
                                .filter(taint -> !Taints.admit(List.of(taint), tolerations))
                                .map(taint -> taint.getKey() + "=" + taint.getValue() + ":" + taint.getEffect())
                                .collect(Collectors.joining(", ")));
    }

    private static Check attribute(String name) {
        return new Check(
                true,
                ATTRIBUTES,
                "ATTRIBUTE",
                node -> node.attributes().containsKey(name),
                node -> "lacks the attribute " + name + Capabilities.explain(name));
    }

    private static Check architecture(String wanted) {
        String needed = dockerSpelling(wanted);
        return new Check(
                true,
                ARCHITECTURE,
                "ATTRIBUTE",
                node -> needed.equals(dockerSpelling(node.attributes().getOrDefault(ARCHITECTURE_ATTRIBUTE, ""))),
                node -> "needs the CPU architecture "
                        + needed
                        + ", the node's is "
                        + node.attributes().getOrDefault(ARCHITECTURE_ATTRIBUTE, "unknown"));
    }

    private static String dockerSpelling(String architecture) {
        return switch (architecture.toLowerCase(Locale.ROOT)) {
            case "x86_64", "amd64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            default -> architecture.toLowerCase(Locale.ROOT);
        };
    }

    private static Check constraint(PlacementConstraint constraint, Demand demand) {
        return switch (constraint.getType()) {
            case DISTINCT_INSTANCE -> distinctInstance(demand.group());
            case MEMBER_OF -> memberOf(constraint.getExpression());
            case TYPE_UNSPECIFIED, UNRECOGNIZED -> never("has a constraint of a type that this version does not know");
        };
    }

    private static Check distinctInstance(Group group) {
        return new Check(
                false,
                DISTINCT_INSTANCE,
                "DistinctInstance placement constraint unsatisfied.",
                node -> node.live(group) == 0,
                node -> "already has " + node.live(group) + " of the group " + group.name());
    }

    private static Check memberOf(String expression) {
        try {
            ClusterQuery query = ClusterQuery.parse(expression);
            return new Check(
                    !query.isAboutWorkloads(),
                    MEMBER_OF,
                    NO_MEMBER,
                    node -> isMember(query, node),
                    node -> "is no member of \"" + query + "\"" + trouble(query, node));
        } catch (QueryException e) {
            return never("the expression \"" + expression + "\" is no cluster query: " + e.getMessage());
        }
    }

    private static boolean isMember(ClusterQuery query, NodeState node) {
        try {
            return query.matches(node.view());
        } catch (QueryException e) {
            // A query that cannot be answered admits nothing; its text says so.
            return false;
        }
    }

    private static String trouble(ClusterQuery query, NodeState node) {
        try {
            query.matches(node.view());
            return "";
        } catch (QueryException e) {
            return ", because " + e.getMessage();
        }
    }

    private static Check never(String text) {
        return new Check(true, MEMBER_OF, NO_MEMBER, node -> false, node -> text);
    }

    private static Check devices(String name, long number) {
        return new Check(
                false,
                DEVICES,
                "RESOURCE:" + name.toUpperCase(Locale.ROOT),
                node -> node.freeDevices(name) >= number,
                node -> "needs "
                        + number
                        + " "
                        + name
                        + ", "
                        + Math.max(0, node.freeDevices(name))
                        + " of "
                        + node.capacity().getDevicesOrDefault(name, 0)
                        + " are free");
    }

    private static Check cpu(long units) {
        return new Check(
                false,
                CPU,
                "RESOURCE:CPU",
                node -> node.freeCpuUnits() >= units,
                node -> "needs "
                        + units
                        + " CPU units, "
                        + Math.max(0, node.freeCpuUnits())
                        + " of "
                        + node.capacity().getCpuUnits()
                        + " are free");
    }

    private static Check memory(long bytes) {
        return new Check(
                false,
                MEMORY,
                "RESOURCE:MEMORY",
                node -> node.freeMemoryBytes() >= bytes,
                node -> "needs "
                        + mebibytes(bytes)
                        + " of memory, "
                        + mebibytes(Math.max(0, node.freeMemoryBytes()))
                        + " of "
                        + mebibytes(node.capacity().getMemoryBytes())
                        + " are free");
    }

    private static Check ports(Resources needs) {
        return new Check(false, PORTS, "RESOURCE:PORTS", node -> portsAreFree(needs, node), node -> {
            Stream<String> tcp = needs.getTcpPortsList().stream()
                    .filter(node::isTcpPortTaken)
                    .map(port -> port + "/tcp");
            Stream<String> udp = needs.getUdpPortsList().stream()
                    .filter(node::isUdpPortTaken)
                    .map(port -> port + "/udp");
            String taken = Stream.concat(tcp, udp).collect(Collectors.joining(", "));
            return "needs host port " + taken + ", which is taken";
        });
    }

    private static boolean portsAreFree(Resources needs, NodeState node) {
        for (int i = 0; i < needs.getTcpPortsCount(); i++) {
            if (node.isTcpPortTaken(needs.getTcpPorts(i))) {
                return false;
            }
        }
        for (int i = 0; i < needs.getUdpPortsCount(); i++) {
            if (node.isUdpPortTaken(needs.getUdpPorts(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whole MiB where they are, else one digit more. */
    private static String mebibytes(long bytes) {
        long tenths = bytes * 10 / (1 << 20);
        return (tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10) + " MiB";
    }
}
