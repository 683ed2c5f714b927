-- AMLSim's transfers, gathered by receiving account and week (a step is a day): what a risk team's nightly
-- query would leave. One row an account and week.
CREATE TABLE flags AS
SELECT row_number() OVER (ORDER BY week, account) AS id, *
FROM (
    SELECT targetNodeId AS account,
           time // 7 AS week,
           count(DISTINCT sourceNodeId) AS payers,
           round(sum(value), 4) AS amount,
           min(n.init_balance) AS balance
    FROM read_csv(getvariable('records') || '/transactions.csv.gz') t
    JOIN read_csv(getvariable('records') || '/nodes.csv') n ON n.nodeid = t.targetNodeId
    GROUP BY ALL
)
ORDER BY id
