## problem
# words of this part follow; keep parts apart
problem-defect = 程式出錯了：{ $what }
problem-defect-hint = 已存的內容都在；請執行 zhiban doctor，把結果交給管理員
problem-busy = { $what } 正被使用中
problem-busy-hint = 稍候幾秒再試；內容已保留
problem-not-saved = 沒存成：{ $cause }
problem-not-saved-hint = 您寫的都還在；清出空間或換個資料夾後再按一次
problem-read-only = 這份資料目前只能看，不能改
problem-read-only-hint = 另一個工作台正在寫入這份資料；關掉它，或在那邊修改
problem-file-missing = 找不到檔案 { $file }
problem-file-missing-hint = 請核對檔名與所在資料夾
problem-file-unreadable = 無法讀取 { $file }：{ $cause }
problem-file-unreadable-hint = 請確認檔案是否被其他程式開啟，或有無讀取權限
problem-file-unwritable = 無法寫入 { $file }：{ $cause }
problem-file-unwritable-hint = 請換個資料夾，或確認磁碟是否已滿
problem-file-exists = { $file } 已存在，未覆寫
problem-file-exists-hint = 請換個檔名
problem-not-utf8 = { $file } 不是 UTF-8 文字檔
problem-not-utf8-hint = 請另存為 UTF-8 再試
problem-not-found = 找不到 { $what }
problem-not-found-hint = 請核對編號；前 8 碼即可
problem-ambiguous = { $what } 不只一個：{ $candidates }
problem-ambiguous-hint = 請多寫幾碼
problem-not-understood = 看不懂 { $what }
problem-not-understood-hint = 您要的是 { $nearest } 嗎？
problem-not-allowed = { $who } 不能執行這一步：{ $what }
problem-not-allowed-hint = 請由主管處理，或轉交給主管
problem-too-long = { $what } 太長，最多 { $limit }
problem-too-long-hint = 請分成幾則，或改用附件
problem-empty = 尚未填寫 { $what }
problem-empty-hint = 填好再按一次
problem-cancelled = 已停止，完成的部分都已儲存
problem-clock = 這台電腦的時間不正確
problem-clock-hint = 請先校正系統時間，再開啟 zhiban
problem-random = 系統無法提供亂數：{ $cause }
problem-config-place = 找不到放置設定的資料夾
problem-config-place-hint = 請用 --config 與 --data 指定
problem-config-syntax = { $file } 第 { $line } 行不符 TOML 寫法：{ $cause }
problem-config-syntax-hint = 請對照 config.example.toml
problem-config-key = { $file } 第 { $line } 行：沒有 { $key } 這一項
problem-config-key-hint = 您要的是 { $nearest } 嗎？
problem-config-value = { $file } 第 { $line } 行：{ $key } 不能是 { $value }
problem-config-value-hint = 可填：{ $allowed }

## register
# words of this part follow; keep parts apart


## field
# words of this part follow; keep parts apart


## state
# words of this part follow; keep parts apart


## value
# words of this part follow; keep parts apart


## cli
# words of this part follow; keep parts apart


## capture
# words of this part follow; keep parts apart


## import
# words of this part follow; keep parts apart


## desk
# words of this part follow; keep parts apart


## tui
# words of this part follow; keep parts apart


## keys
# words of this part follow; keep parts apart


## palette
# words of this part follow; keep parts apart


## composer
# words of this part follow; keep parts apart


## after-sale
# words of this part follow; keep parts apart


## note
# words of this part follow; keep parts apart


## handover
# words of this part follow; keep parts apart


## bundle
# words of this part follow; keep parts apart


## search
# words of this part follow; keep parts apart


## demo
# words of this part follow; keep parts apart


