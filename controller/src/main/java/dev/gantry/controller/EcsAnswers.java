package dev.gantry.controller;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.PageTokens;
import dev.gantry.controller.ecs.NodeFilter;
import dev.gantry.controller.ecs.PageCodec;
import dev.gantry.controller.ecs.PlacementPreview;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.scheduler.NodeReasons;
import dev.gantry.controller.scheduler.PlacementForecast;
import dev.gantry.controller.scheduler.Placements;
import dev.gantry.controller.scheduler.Verdict.Placed;
import dev.gantry.controller.scheduler.Verdict.Unplaced;
import dev.gantry.controller.scheduler.query.ClusterQuery;
import dev.gantry.controller.scheduler.query.QueryException;
import dev.gantry.controller.scheduler.query.QueryNode;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;

/** What the ECS front end asks of the scheduler and of the front door, which it does not know. */
public final class EcsAnswers {

    private EcsAnswers() {}

    /** Page tokens of the front door, for queries that are text. */
    static PageCodec pages(PageTokens tokens) {
        return new PageCodec() {
            @Override
            public String issue(String operation, String query, String position) {
                return tokens.issue(operation, TextNode.valueOf(query), position);
            }

            @Override
            public String position(String operation, String query, String token) {
                return tokens.check(operation, TextNode.valueOf(query), token);
            }
        };
    }

    static PlacementPreview.Verdict verdict(Placements.Preview preview) {
        return switch (preview.verdict()) {
            case Placed placed -> new PlacementPreview.Verdict.Placed(placed.nodeId());
            case Unplaced unplaced ->
                new PlacementPreview.Verdict.Unplaced(
                        preview.nodes().isEmpty()
                                ? List.of(new PlacementPreview.Obstacle("", unplaced.code(), unplaced.sentence()))
                                : preview.nodes().stream()
                                        .map(node -> obstacle(node, unplaced))
                                        .toList());
        };
    }

    /** Answers from an index that is kept from call to call. */
    public static PlacementPreview preview(PlacementForecast forecast) {
        return (snapshot, workloads) -> forecast.preview(snapshot, workloads).stream()
                .map(EcsAnswers::verdict)
                .toList();
    }

    /** The query language, against a node and what it runs. */
    public static NodeFilter filter() {
        return (snapshot, expression) -> {
            try {
                ClusterQuery query = ClusterQuery.parse(expression);
                return node -> matches(query, snapshot, node);
            } catch (QueryException e) {
                throw refused(e);
            }
        };
    }

    /** A pattern may turn out to be too costly only when it is tried. */
    private static boolean matches(ClusterQuery query, Snapshot snapshot, Versioned<Node> node) {
        try {
            return query.matches(QueryNode.of(node.value(), workloads(snapshot, node)));
        } catch (QueryException e) {
            throw refused(e);
        }
    }

    private static AwsException refused(QueryException e) {
        return new AwsException("InvalidParameterException", "Invalid filter: " + e.getMessage());
    }

    private static List<Workload> workloads(Snapshot snapshot, Versioned<Node> node) {
        return snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, node.key().name()).stream()
                .map(Versioned::value)
                .toList();
    }

    private static PlacementPreview.Obstacle obstacle(NodeReasons node, Unplaced unplaced) {
        return node.reasons().isEmpty()
                ? new PlacementPreview.Obstacle(node.nodeId(), unplaced.code(), unplaced.sentence())
                : new PlacementPreview.Obstacle(
                        node.nodeId(),
                        node.reasons().getFirst().code(),
                        node.reasons().getFirst().text());
    }
}
