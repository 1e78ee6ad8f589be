package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.*;
import dev.gantry.controller.aws.Caller;

/** Hands the operations of services, of their deployments and of task sets to their groups. */
abstract class ServiceHandlers implements EcsApi<Caller> {

    private final ServiceOperations services;
    private final ServiceLists serviceLists;
    private final ServiceDeploymentLists deploymentLists;
    private final ServiceDeploymentOperations serviceDeployments;
    private final TaskSetOperations taskSets;
    private final ExpressOperations express;

    ServiceHandlers(EcsParts parts, Writes writes) {
        this.services = new ServiceOperations(parts, writes);
        this.serviceLists = new ServiceLists(parts, writes);
        this.deploymentLists = new ServiceDeploymentLists(parts, writes);
        this.serviceDeployments = new ServiceDeploymentOperations(parts, writes);
        this.taskSets = new TaskSetOperations(parts, writes);
        this.express = new ExpressOperations(parts, writes);
    }

    @Override
    public CreateServiceResponse createService(CreateServiceRequest request, Caller caller)
            throws InterruptedException {
        return CreateServiceResponse.builder()
                .service(services.create(request, caller))
                .build();
    }

    @Override
    public UpdateServiceResponse updateService(UpdateServiceRequest request, Caller caller)
            throws InterruptedException {
        return UpdateServiceResponse.builder().service(services.update(request)).build();
    }

    @Override
    public DeleteServiceResponse deleteService(DeleteServiceRequest request, Caller caller)
            throws InterruptedException {
        return DeleteServiceResponse.builder().service(services.delete(request)).build();
    }

    @Override
    public DescribeServicesResponse describeServices(DescribeServicesRequest request, Caller caller) {
        return serviceLists.describe(request);
    }

    @Override
    public ListServicesResponse listServices(ListServicesRequest request, Caller caller) {
        return serviceLists.list(request);
    }

    @Override
    public DescribeServiceDeploymentsResponse describeServiceDeployments(
            DescribeServiceDeploymentsRequest request, Caller caller) {
        return deploymentLists.describe(request);
    }

    @Override
    public ListServiceDeploymentsResponse listServiceDeployments(ListServiceDeploymentsRequest request, Caller caller) {
        return deploymentLists.list(request);
    }

    @Override
    public DescribeServiceRevisionsResponse describeServiceRevisions(
            DescribeServiceRevisionsRequest request, Caller caller) {
        return deploymentLists.describeRevisions(request);
    }

    @Override
    public StopServiceDeploymentResponse stopServiceDeployment(StopServiceDeploymentRequest request, Caller caller)
            throws InterruptedException {
        return serviceDeployments.stop(request);
    }

    @Override
    public ContinueServiceDeploymentResponse continueServiceDeployment(
            ContinueServiceDeploymentRequest request, Caller caller) throws InterruptedException {
        return serviceDeployments.proceed(request);
    }

    @Override
    public CreateTaskSetResponse createTaskSet(CreateTaskSetRequest request, Caller caller)
            throws InterruptedException {
        return CreateTaskSetResponse.builder().taskSet(taskSets.create(request)).build();
    }

    @Override
    public DescribeTaskSetsResponse describeTaskSets(DescribeTaskSetsRequest request, Caller caller) {
        return taskSets.describe(request);
    }

    @Override
    public UpdateTaskSetResponse updateTaskSet(UpdateTaskSetRequest request, Caller caller)
            throws InterruptedException {
        return UpdateTaskSetResponse.builder().taskSet(taskSets.update(request)).build();
    }

    @Override
    public DeleteTaskSetResponse deleteTaskSet(DeleteTaskSetRequest request, Caller caller)
            throws InterruptedException {
        return DeleteTaskSetResponse.builder().taskSet(taskSets.delete(request)).build();
    }

    @Override
    public UpdateServicePrimaryTaskSetResponse updateServicePrimaryTaskSet(
            UpdateServicePrimaryTaskSetRequest request, Caller caller) throws InterruptedException {
        return UpdateServicePrimaryTaskSetResponse.builder()
                .taskSet(taskSets.makePrimary(request))
                .build();
    }

    @Override
    public CreateExpressGatewayServiceResponse createExpressGatewayService(
            CreateExpressGatewayServiceRequest request, Caller caller) {
        throw express.create(request);
    }

    @Override
    public DescribeExpressGatewayServiceResponse describeExpressGatewayService(
            DescribeExpressGatewayServiceRequest request, Caller caller) {
        throw express.missingResource(request.serviceArn());
    }

    @Override
    public UpdateExpressGatewayServiceResponse updateExpressGatewayService(
            UpdateExpressGatewayServiceRequest request, Caller caller) {
        throw express.missing(request.serviceArn());
    }

    @Override
    public DeleteExpressGatewayServiceResponse deleteExpressGatewayService(
            DeleteExpressGatewayServiceRequest request, Caller caller) {
        throw express.missing(request.serviceArn());
    }
}
