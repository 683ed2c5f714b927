-- AMLSim's transfers, gathered by receiving account and day: what a risk team's nightly query would leave.
CREATE TABLE flags AS
SELECT row_number() OVER (ORDER BY time, targetNodeId) AS id,
       targetNodeId AS account,
       time AS hour,
       count(DISTINCT sourceNodeId) AS payers,
       sum(value) AS amount,
       min(n.init_balance) AS balance
FROM read_csv(getvariable('records') || '/transactions.csv.gz') t
JOIN read_csv(getvariable('records') || '/nodes.csv') n ON n.nodeid = t.targetNodeId
GROUP BY targetNodeId, time
ORDER BY id
