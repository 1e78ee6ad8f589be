package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.*;
import dev.gantry.controller.aws.Caller;

/** Hands the operations of managed daemons to their groups. */
abstract class DaemonHandlers extends ServiceHandlers {

    private final DaemonDefinitionOperations definitions;
    private final DaemonOperations daemons;
    private final DaemonDeploymentLists deployments;

    DaemonHandlers(EcsParts parts, Writes writes) {
        super(parts, writes);
        this.definitions = new DaemonDefinitionOperations(parts, writes);
        this.daemons = new DaemonOperations(parts, writes);
        this.deployments = new DaemonDeploymentLists(parts, writes, daemons);
    }

    @Override
    public RegisterDaemonTaskDefinitionResponse registerDaemonTaskDefinition(
            RegisterDaemonTaskDefinitionRequest request, Caller caller) throws InterruptedException {
        return definitions.register(request, caller);
    }

    @Override
    public DescribeDaemonTaskDefinitionResponse describeDaemonTaskDefinition(
            DescribeDaemonTaskDefinitionRequest request, Caller caller) {
        return definitions.describe(request.daemonTaskDefinition());
    }

    @Override
    public ListDaemonTaskDefinitionsResponse listDaemonTaskDefinitions(
            ListDaemonTaskDefinitionsRequest request, Caller caller) {
        return definitions.list(request);
    }

    @Override
    public DeleteDaemonTaskDefinitionResponse deleteDaemonTaskDefinition(
            DeleteDaemonTaskDefinitionRequest request, Caller caller) throws InterruptedException {
        return definitions.delete(request.daemonTaskDefinition());
    }

    @Override
    public CreateDaemonResponse createDaemon(CreateDaemonRequest request, Caller caller) throws InterruptedException {
        return daemons.create(request, caller);
    }

    @Override
    public DescribeDaemonResponse describeDaemon(DescribeDaemonRequest request, Caller caller) {
        return daemons.describe(request.daemonArn());
    }

    @Override
    public ListDaemonsResponse listDaemons(ListDaemonsRequest request, Caller caller) {
        return daemons.list(request);
    }

    @Override
    public UpdateDaemonResponse updateDaemon(UpdateDaemonRequest request, Caller caller) throws InterruptedException {
        return daemons.update(request);
    }

    @Override
    public DeleteDaemonResponse deleteDaemon(DeleteDaemonRequest request, Caller caller) throws InterruptedException {
        return daemons.delete(request.daemonArn());
    }

    @Override
    public DescribeDaemonDeploymentsResponse describeDaemonDeployments(
            DescribeDaemonDeploymentsRequest request, Caller caller) {
        return deployments.describe(request);
    }

    @Override
    public ListDaemonDeploymentsResponse listDaemonDeployments(ListDaemonDeploymentsRequest request, Caller caller) {
        return deployments.list(request);
    }

    @Override
    public DescribeDaemonRevisionsResponse describeDaemonRevisions(
            DescribeDaemonRevisionsRequest request, Caller caller) {
        return deployments.describeRevisions(request);
    }
}
